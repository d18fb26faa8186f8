import { derivedTables, type Model, type Table, tablesOf } from '../../sql/catalogue.ts';
import { renameTables } from '../../sql/rename.ts';
import { BEGINNING, quoteIdentifier, quoteLiteral } from '../../sql/render.ts';
import type { Batch, Step } from '../../warehouse/warehouse.ts';
import { sqlSteps } from '../batches.ts';
import type { LoadContext } from '../context.ts';
import { runWithRetry } from '../retry.ts';
import { newRunId } from '../run-id.ts';
import type { Disagreement } from './disagreements.ts';
import { type RowComparison, rowComparisonSql, rowDisagreements } from './rows.ts';
import { firstDigestOutside, type Sample } from './sample.ts';
import { comparisonSql, toDisagreements } from './tables.ts';

const NEXT = 'npm run rebuild rebuilds everything derived from staging.';

/**
 * Compares every column of every current and star table with the values derived from staging. The statements
 * of a rebuild fill these tables as temporary tables, in a transaction that sees one state of the warehouse and writes
 * nothing else. Then the model's own comparisons run. With a sample, it derives rows from the sampled part of staging
 * and compares them with the rows that have the same keys.
 */
export async function compareStar(
  context: LoadContext,
  sample: Sample | undefined,
  excerpts: boolean,
): Promise<readonly Disagreement[]> {
  const { model, warehouse } = context;
  const compared = comparisonsOf(model, sample);
  const own = model.comparisons.filter(({ of }) => of === 'tables');
  const results = await runWithRetry(
    context,
    starBatch({ model, now: warehouse.now }, sample, `reconcile-${newRunId()}`),
  );
  const resultOf = (name: string) => results.find((step) => step.name === name)?.result ?? { rows: [] };
  return [
    ...toDisagreements(resultOf(OWN), own),
    ...compared.flatMap((one) => rowDisagreements(resultOf(stepName(one)), one, excerpts)),
  ];
}

const OWN = 'compare_model';

/** The batch that rebuilds the star next to the real one and compares the two. */
export function starBatch(
  { model, now }: { readonly model: Model; readonly now: string },
  sample: Sample | undefined,
  name: string,
): Batch {
  const stamps = { now, since: BEGINNING };
  const derived = derivedTables(model);
  const sampled =
    sample === undefined ? [] : tablesOf(model, 'staging').filter(({ sampledBy }) => sampledBy.length > 0);
  const names = new Map([
    ...derived.map(({ name }) => [name, quoteIdentifier(expected(name))] as const),
    ...sampled.map(({ name }) => [name, quoteIdentifier(sampleOf(name))] as const),
  ]);
  const own = model.comparisons.filter(({ of }) => of === 'tables');
  const compare = comparisonsOf(model, sample).map(
    (one): Step => ({ kind: 'sql', name: stepName(one), sql: rowComparisonSql(one), wanted: 'always' }),
  );
  const steps = [
    ...derived.map((table): Step => ({ kind: 'sql', name: `create_${expected(table.name)}`, sql: emptyLike(table) })),
    ...sampled.map(
      (table): Step => ({ kind: 'sql', name: sampleOf(table.name), sql: sampleSql(table, sample as Sample) }),
    ),
    ...sqlSteps(
      model.derivation.rebuild.map((one) => ({ ...one, sql: renameTables(one.sql, names) })),
      stamps,
    ),
    ...compare,
    ...(own.length === 0 ? [] : [{ kind: 'sql', name: OWN, ...comparisonSql(own), wanted: 'always' } as const]),
  ];
  return { name, locks: false, steps };
}

/** The pairs to compare. With a sample, only tables whose rows have a key. */
function comparisonsOf(model: Model, sample: Sample | undefined): readonly RowComparison[] {
  const tables = derivedTables(model).filter(({ key }) => sample === undefined || key.length > 0);
  return tables.map((table) => ({
    rule: table.name,
    columns: table.columns,
    key: table.key,
    due: quoteIdentifier(expected(table.name)),
    found: sample === undefined ? quoteIdentifier(table.name) : rowsOfSampledKeys(table),
    mayFindMore: false,
    next: NEXT,
  }));
}

/** The rows of the table whose keys were rebuilt. */
function rowsOfSampledKeys({ name, key, columns }: Table): string {
  const keys = key.map(quoteIdentifier);
  const own = columns.map((column) => `found_rows.${quoteIdentifier(column.name)}`);
  return `(
  SELECT ${own.join(', ')}
  FROM ${quoteIdentifier(name)} found_rows
  JOIN (SELECT DISTINCT ${keys.join(', ')} FROM ${quoteIdentifier(expected(name))}) sampled_keys
    ON ${keys.map((column) => `found_rows.${column} = sampled_keys.${column}`).join(' AND ')}
) sampled_rows`;
}

function emptyLike({ name, columns }: Table): string {
  return `CREATE TEMP TABLE ${quoteIdentifier(expected(name))} AS
SELECT ${columns.map((column) => quoteIdentifier(column.name)).join(', ')}
FROM ${quoteIdentifier(name)}
WHERE 1 = 0`;
}

function sampleSql({ name, sampledBy, columns }: Table, sample: Sample): string {
  const values = sampledBy.map((column) => `COALESCE(CAST(${quoteIdentifier(column)} AS VARCHAR(4096)), '')`);
  const outside = firstDigestOutside(sample);
  const digest = `SUBSTRING(MD5(${[quoteLiteral(String(sample.seed)), ...values].join(" || '|' || ")}), 1, 8)`;
  return `CREATE TEMP TABLE ${quoteIdentifier(sampleOf(name))} AS
SELECT ${columns.map((column) => quoteIdentifier(column.name)).join(', ')}
FROM ${quoteIdentifier(name)}${outside === undefined ? '' : `\nWHERE ${digest} < ${quoteLiteral(outside)}`}`;
}

function expected(table: string): string {
  return `expected_${table}`;
}

function sampleOf(table: string): string {
  return `sample_${table}`;
}

function stepName({ rule }: RowComparison): string {
  return `compare_${rule}`;
}
