import { StarloadError } from '../errors.ts';
import { doctorSql, type Model, tableNamed, tablesOf } from '../sql/catalogue.ts';
import { quoteLiteral } from '../sql/render.ts';
import type { Relation, Warehouse } from '../warehouse/warehouse.ts';
import { createTablesBatch, type Dropped, ROWS_GUARD, rowCounts } from './batches.ts';
import { assertFits } from './budget.ts';
import { assertKeepsCase } from './collation.ts';
import type { Emit } from './events.ts';
import { type ForeignRelation, isWhole, LEDGER, readStanding, refuseForeign, type Standing } from './ownership.ts';
import { putComments } from './put-comments.ts';
import { failedGuard, runWithRetry } from './retry.ts';
import { newRunId } from './run-id.ts';

/** A table that holds rows. */
export interface FilledTable {
  readonly table: string;
  readonly rows: number;
}

/** What create-tables may drop. */
export interface CreateOptions {
  /** Whether to drop rows without asking. */
  readonly force?: boolean;
  /** Whether to drop objects that Starload did not create as well. */
  readonly replaceForeign?: boolean;
  /** Called if tables hold rows. If absent, the answer is no. */
  readonly confirm?: (filled: readonly FilledTable[]) => Promise<boolean>;
  /** Whether the tables get their comments; absent, they do. Tables that nobody looks at need none. */
  readonly commented?: boolean;
  readonly signal?: AbortSignal;
  readonly emit?: Emit;
}

/**
 * Drops and creates all tables in one transaction, except those that are kept. Returns their names. Throws
 * StarloadError, with nothing changed, if it would drop something it must not: objects that Starload did not create, or
 * rows, including rows that were committed after the question.
 */
export async function createTables(
  model: Model,
  warehouse: Warehouse,
  options: CreateOptions = {},
): Promise<readonly string[]> {
  assertFits({ model, warehouse }, 'create-tables');
  await warehouse.settle();
  await assertKeepsCase(model, warehouse);
  const standing = await readStanding(model, warehouse);
  if (standing.foreign.length > 0 && options.replaceForeign !== true) {
    throw refuseForeign(standing.foreign, await warehouse.schema());
  }
  const doomed = doomedOf(model, standing);
  const filled = options.force === true ? [] : await filledTables(doomed, warehouse);
  if (filled.length > 0 && (await options.confirm?.(filled)) !== true) {
    throw refuseToDrop(model, filled);
  }
  await replace(model, warehouse, { standing, doomed, filled, options });
  return model.tables.filter(({ kept }) => !kept).map(({ name }) => name);
}

/** The tables of the schema that the model does not have: other people's, or those of a former model. */
export async function otherTables(model: Model, warehouse: Warehouse): Promise<readonly string[]> {
  const schema = quoteLiteral(await warehouse.schema());
  const sql = doctorSql(model, 'schema_tables', warehouse.engine).replaceAll('{schema}', () => schema);
  const known = new Set(model.tables.map(({ name }) => name));
  // DuckDB keeps the case in which a name was first written.
  return (await warehouse.query(sql)).rows
    .map(([name]) => String(name))
    .filter((name) => !known.has(name.toLowerCase()));
}

/** What will be dropped. */
type Doomed = readonly (Relation | ForeignRelation)[];

interface Agreed {
  readonly standing: Standing;
  readonly doomed: Doomed;
  readonly filled: readonly FilledTable[];
  readonly options: CreateOptions;
}

async function replace(
  model: Model,
  warehouse: Warehouse,
  { standing, doomed, filled, options }: Agreed,
): Promise<void> {
  const rows = new Map(filled.map((table) => [table.table, table.rows]));
  const dropped: readonly Dropped[] = doomed.map(({ name, kind }) => ({
    name,
    kind,
    rows: options.force === true || !holdsRows({ name, kind }) ? undefined : (rows.get(name) ?? 0),
  }));
  const { signal = new AbortController().signal, emit = () => {}, commented = true } = options;
  const kept = new Set(standing.ours.filter((one) => stays(model, one)).map(({ name }) => name));
  const id = `create-tables-${newRunId()}`;
  emit({ type: 'run', id });
  const batch = createTablesBatch(model, warehouse, id, {
    dropped,
    hasRun: standing.ours.some(({ name }) => name === RUN),
    hasLedger: standing.ours.some((one) => one.name === LEDGER && isWhole(one, tableNamed(model, LEDGER))),
    kept,
    commented: commented && warehouse.statementLimit === undefined,
  });
  await runWithRetry({ warehouse, emit, signal }, batch).catch(async (error: unknown) => {
    throw failedGuard(error, ROWS_GUARD) ? refuseToDrop(model, await filledTables(doomed, warehouse)) : error;
  });
  emit({ type: 'committed', id, run: 1, of: 1 });
  const made = model.tables.filter(({ name }) => !kept.has(name));
  await putComments({ warehouse, emit, signal }, commented ? made : [], id);
}

/** The tables that hold rows. */
async function filledTables(doomed: Doomed, warehouse: Warehouse): Promise<readonly FilledTable[]> {
  const names = doomed.filter(holdsRows).map(({ name }) => name);
  if (names.length === 0) {
    return [];
  }
  const { rows } = await warehouse.query(rowCounts(names));
  const counts = new Map(rows.map(([table, count]) => [String(table), Number(count)]));
  return names.map((table) => ({ table, rows: counts.get(table) ?? 0 })).filter(({ rows: count }) => count > 0);
}

const RUN = 'load_run';

function doomedOf(model: Model, { ours, foreign }: Standing): Doomed {
  return [...ours.filter((one) => !stays(model, one)), ...foreign];
}

/** Whether a table is kept, because it holds the order of past runs. */
function stays(model: Model, one: Relation): boolean {
  const table = tableNamed(model, one.name);
  return table.kept && isWhole(one, table);
}

/** Whether dropping it would lose rows. The row of `load_run` is the loader's own. */
function holdsRows({ name, kind }: { readonly name: string; readonly kind: string }): boolean {
  return name !== RUN && kind.endsWith('table') && kind !== 'foreign table';
}

/**
 * The error for tables that hold rows and must not be dropped. A ledger without any staged rows of this model may be that
 * of another model in the same schema: without it, that model's next load stages everything twice.
 */
function refuseToDrop(model: Model, filled: readonly FilledTable[]): StarloadError {
  const list = filled.map(({ table, rows }) => `${table} (${rows} rows)`).join(', ');
  const names = new Set(filled.map(({ table }) => table));
  const othersLedger = names.has(LEDGER) && !tablesOf(model, 'staging').some(({ name }) => names.has(name));
  return new StarloadError(`create-tables would drop rows: ${list}`, {
    next: othersLedger
      ? 'If another model loaded them, give this one a warehouse of its own: PATH under [DUCKDB], or DB_SCHEMA under [CLUSTER]. If not, add --force to drop them.'
      : 'Add --force to drop them. To load new files into the existing tables, run npm run etl.',
  });
}
