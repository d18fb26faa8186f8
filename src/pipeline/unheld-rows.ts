import { Spool } from '../objects/spool.ts';
import { loadedColumns, type Table } from '../sql/catalogue.ts';
import { quoteIdentifier } from '../sql/render.ts';
import type { Batch, Step } from '../warehouse/warehouse.ts';
import { comparisonSql, toDisagreements } from './compare-tables.ts';
import type { LoadContext } from './context.ts';
import type { Disagreement } from './disagreements.ts';
import { explainFailure } from './explain.ts';
import { planEverything } from './plan.ts';
import { type PreparedTable, prepare } from './prepare.ts';
import { newRunId } from './run-id.ts';

/**
 * The rows that count and that no source file holds any more. The records of all files are copied into temporary tables
 * and compared there; nothing else is written, and nothing remains. Throws DataError when a file cannot be loaded.
 */
export async function findUnheldRows(context: LoadContext): Promise<readonly Disagreement[]> {
  const runId = newRunId();
  const spool = new Spool(context.spoolRoot, runId);
  try {
    const prepared = await prepare(context, await planEverything(context), spool);
    return await compareWithSources(context, runId, prepared.map(temporary));
  } finally {
    spool.remove();
  }
}

async function compareWithSources(
  { model, warehouse }: LoadContext,
  runId: string,
  prepared: readonly PreparedTable[],
): Promise<readonly Disagreement[]> {
  const comparisons = model.comparisons.filter(({ recounts }) => recounts);
  const compare: Step = { kind: 'sql', name: 'compare', sql: comparisonSql(comparisons), wanted: 'always' };
  const steps = [...prepared.flatMap(copySteps), compare];
  const batch: Batch = { name: `reconcile-${runId}`, locks: false, steps };
  const results = await warehouse.run(batch).catch(async (error) => {
    throw await explainFailure(prepared, error);
  });
  return toDisagreements(results.at(-1)?.result ?? { rows: [] }, comparisons);
}

/** The same files, to be copied into a temporary table. */
function temporary(prepared: PreparedTable): PreparedTable {
  return { ...prepared, table: { ...prepared.table, name: `source_${prepared.table.name}` } };
}

function copySteps({ table, parts, mapping }: PreparedTable): readonly Step[] {
  const make: Step = { kind: 'sql', name: `create_${table.name}`, sql: likeStaging(table) };
  return parts.length === 0 ? [make] : [make, { kind: 'copy', name: `copy_${table.name}`, table, parts, mapping }];
}

/** An empty temporary table with the columns that COPY fills. */
function likeStaging(table: Table): string {
  const columns = loadedColumns(table).map(({ name }) => quoteIdentifier(name));
  return `CREATE TEMP TABLE ${quoteIdentifier(table.name)} AS
SELECT ${columns.join(', ')}
FROM ${quoteIdentifier(table.name.replace(/^source_/, ''))}
WHERE 1 = 0`;
}
