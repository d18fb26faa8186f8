import type { Part } from '../objects/part.ts';
import {
  creation,
  loadedColumns,
  type Model,
  type NamedSql,
  protocolSql,
  type Table,
  tableNamed,
  tablesOf,
} from '../sql/catalogue.ts';
import { STAMP } from '../sql/design.ts';
import { ofTable } from '../sql/each-table.ts';
import { BEGINNING, quoteIdentifier, quoteLiteral, render, type Stamps } from '../sql/render.ts';
import type { Batch, Folder, Mapping, Step } from '../warehouse/warehouse.ts';
import { checkSteps, type Extent, type WantedSql } from './checks.ts';
import { commentSteps } from './comments.ts';
import { LEDGER } from './ownership.ts';
import { restampSql } from './restamp.ts';
import { type FolderVersion, recordFolders } from './write-ledger.ts';

/** Parts to load into a table. */
export interface Copy {
  readonly table: Table;
  readonly parts: readonly Part[];
  readonly mapping: Mapping;
}

/** Names of the steps whose outcome the pipeline checks. */
export const STAMP_GUARD = 'stamp_guard';
export const LOAD_GUARD = 'load_guard';
export const ROWS_GUARD = 'rows_guard';

/** What a run records about itself, and what it relies on. */
export interface Records {
  /** The rows of load_ledger. */
  readonly ledger: Part;
  /** The rows of rejected_records; empty if nothing was rejected. */
  readonly rejects: readonly Part[];
  /** What the ledger must still contain; absent if it was empty when the run was planned. */
  readonly base?: Base | undefined;
}

/** What a plan is based on: the newest stamp of the ledger or, from a load's second run on, the previous run. */
export type Base = { readonly stamp: string } | { readonly runId: string };

/** One load: stamp, ledger, rejects, staging, checks, star, checks. Everything in it commits together. */
export function loadBatch(
  model: Model,
  now: string,
  name: string,
  { ledger, rejects, base }: Records,
  copies: readonly Copy[],
): Batch {
  const copy = (table: Table, parts: readonly Part[]): Copy => ({ table, parts, mapping: byName(table) });
  const filled = [copy(tableNamed(model, 'rejected_records'), rejects), ...copies].filter(
    ({ parts }) => parts.length > 0,
  );
  const steps = [
    ...sqlSteps([protocolSql(model, 'begin_run')], { now, since: now }),
    copyStep(copy(tableNamed(model, LEDGER), [ledger])),
    ...sqlSteps([protocolSql(model, LOAD_GUARD)], { now, since: now, base: base && conditionOf(base) }),
    ...filled.map(copyStep),
    ...derive(model, 'load', { now, since: now }),
  ];
  return { name, locks: true, deletesFrom: deletedFrom(model), steps };
}

/** The tables from which rows are deleted before they are inserted again. */
export function deletedFrom(model: Model): readonly string[] {
  return model.tables.filter(({ kept }) => !kept).map(({ name }) => name);
}

function conditionOf(base: Base): string {
  return 'runId' in base
    ? `run_id = ${quoteLiteral(base.runId)}`
    : `loaded_at = CAST(${quoteLiteral(base.stamp)} AS TIMESTAMP)`;
}

/**
 * Derives the star and all other derived tables from staging. It derives from all rows, not only from
 * the run's. If it restamps, it first recreates the row of load_run and corrects stamps that are ahead of the clock.
 */
export function rebuildBatch(model: Model, now: string, name: string, restamps = false): Batch {
  const stamps = { now, since: BEGINNING };
  const clear = clearing([...tablesOf(model, 'current'), ...tablesOf(model, 'star')]);
  const guarded = restamps ? restampSql(model, STAMP_GUARD) : [protocolSql(model, STAMP_GUARD)];
  const renewed = [...clearing([tableNamed(model, 'load_run')]), protocolSql(model, 'renew_run')];
  const begin = [...(restamps ? renewed : [protocolSql(model, 'begin_run')]), ...guarded];
  const steps = [...sqlSteps([...begin, ...clear], stamps), ...derive(model, 'rebuild', stamps)];
  return { name, locks: true, deletesFrom: deletedFrom(model), steps };
}

/** What an undo takes out: whole runs, or loads of a file. `condition` is that on their rows in control tables. */
export interface Undoing {
  readonly of: 'run' | 'file';
  readonly condition: string;
}

/**
 * Undoes a run, or all loads of a file: removes its rows from staging and from rejected_records, marks its files in the ledger,
 * and derives all tables from the rows that are left.
 */
export function undoBatch(
  model: Model,
  now: string,
  name: string,
  { of, condition }: Undoing,
  hasHistory: boolean,
): Batch {
  const stamps = { now, since: BEGINNING, base: condition };
  const fileRows = protocolSql(model, 'undo_file_rows').sql;
  const staged = tablesOf(model, 'staging').map((table) => ({
    name: `undo_${table.name}`,
    sql:
      of === 'file'
        ? ofTable(fileRows, table.name)
        : `DELETE FROM ${quoteIdentifier(table.name)}\nWHERE ${STAMP} IN (SELECT loaded_at FROM load_ledger WHERE ${condition})`,
  }));
  const known = ['undo_rejects', ...(hasHistory ? ['undo_history'] : []), 'undo_ledger', 'undo_moved'];
  const statements = [
    protocolSql(model, 'begin_run'),
    { ...protocolSql(model, of === 'file' ? 'undo_file_guard' : 'undo_guard'), name: LOAD_GUARD },
    ...staged,
    ...known.map((statement) => protocolSql(model, statement)),
    ...clearing([...tablesOf(model, 'current'), ...tablesOf(model, 'star')]),
  ];
  const steps = [...sqlSteps(statements, stamps), ...derive(model, 'rebuild', stamps)];
  return { name, locks: true, deletesFrom: deletedFrom(model), steps };
}

/** A folder to load into a staging table, and what the ledger will record about it. */
export interface FolderCopy extends FolderVersion {
  readonly folder: Folder;
}

/** Reloads everything from whole folders. One transaction empties staging, copies the folders and derives the rest. */
export function refreshBatch(model: Model, now: string, name: string, copies: readonly FolderCopy[]): Batch {
  const stamps = { now, since: BEGINNING };
  const begin = [protocolSql(model, 'begin_run'), protocolSql(model, STAMP_GUARD)];
  const clear = clearing(model.tables.filter(({ role }) => role !== 'control'));
  const steps: Step[] = [
    ...sqlSteps([...begin, ...clear], stamps),
    ...copies.map(({ table, folder }): Step => ({ kind: 'copy-folder', name: `copy_${table.name}`, table, folder })),
    ...sqlSteps([recordFolders(name, copies)], stamps),
    ...derive(model, 'rebuild', stamps),
  ];
  return { name, locks: true, steps };
}

/** The statements that empty tables. */
export function clearing(tables: readonly Table[]): readonly NamedSql[] {
  return tables.map(({ name }) => ({ name: `clear_${name}`, sql: `DELETE FROM ${quoteIdentifier(name)}` }));
}

/** What is dropped to make room for a table of the model. */
export interface Dropped {
  readonly name: string;
  /** The kind of object, as DROP names it. */
  readonly kind: string;
  /** The maximum number of rows that may be dropped with it; undefined if there is no limit. */
  readonly rows: number | undefined;
}

/** What create-tables found and may drop. */
export interface Replaced {
  readonly dropped: readonly Dropped[];
  /** Whether load_run, the lock of all writers, exists. */
  readonly hasRun: boolean;
  /** Whether a ledger exists. The order of its runs is kept. */
  readonly hasLedger: boolean;
  /** The tables that are kept. */
  readonly kept: ReadonlySet<string>;
  /** Whether the comments are put on the tables in the same transaction. */
  readonly commented: boolean;
}

/**
 * Drops what was found and creates every table of the model except those that are kept. It drops nothing else: it fails
 * if an object was added since. It counts rows again once no other process can write.
 */
export function createTablesBatch(
  model: Model,
  { engine, now }: { readonly engine: string; readonly now: string },
  name: string,
  { dropped, hasRun, hasLedger, kept, commented }: Replaced,
): Batch {
  const history = new Set(model.tables.filter((table) => table.kept).map((table) => table.name));
  const drops = (ofHistory: boolean) => dropped.filter((one) => history.has(one.name) === ofHistory).map(drop);
  const missing = (ofHistory: boolean) =>
    model.tables
      .filter((table) => table.kept === ofHistory && !kept.has(table.name))
      .map((table) => creation(table, engine));
  const statements = [
    ...(hasRun ? [protocolSql(model, 'begin_run')] : []),
    ...rowsGuard(dropped),
    ...drops(true),
    ...missing(true),
    ...(hasLedger ? [protocolSql(model, 'forget_history'), protocolSql(model, 'keep_history')] : []),
    ...drops(false),
    ...missing(false),
    ...(kept.has('load_run') ? [] : [protocolSql(model, 'init_load_run')]),
  ];
  const lockedTables = dropped.filter(({ kind }) => kind === 'table').map((table) => table.name);
  const made = commented ? model.tables.filter((table) => !kept.has(table.name)) : [];
  const steps = [...sqlSteps(statements, { now, since: now }), ...commentSteps(made, engine)];
  return { name, locks: hasRun, lockedTables, creates: true, steps };
}

/**
 * The same, with the rebuild that fills the tables in one transaction: between the two, loads would go on from empty
 * tables.
 */
export function createAndFillBatch(
  model: Model,
  engine: { readonly engine: string; readonly now: string },
  name: string,
  replaced: Replaced,
): Batch {
  const created = createTablesBatch(model, engine, name, replaced);
  const { steps } = rebuildBatch(model, engine.now, name);
  // It has begun, and what was just created is empty.
  const done = new Set([
    ...(replaced.hasRun ? ['begin_run'] : []),
    ...model.tables.filter((table) => !replaced.kept.has(table.name)).map((table) => `clear_${table.name}`),
  ]);
  return {
    ...created,
    deletesFrom: deletedFrom(model),
    steps: [...created.steps, ...steps.filter((step) => !done.has(step.name))],
  };
}

/** The statement that drops an object. */
export function drop({ name, kind }: Pick<Dropped, 'name' | 'kind'>): NamedSql {
  return { name: `drop_${name}`, sql: `DROP ${dropWord(kind)} ${quoteIdentifier(name)}` };
}

function dropWord(kind: string): string {
  return kind === 'partitioned table' ? 'TABLE' : kind.toUpperCase();
}

/** Fails if a table holds more rows than may be dropped. */
function rowsGuard(dropped: readonly Dropped[]): readonly NamedSql[] {
  const fuller = dropped.flatMap(({ name, rows }) =>
    rows === undefined
      ? []
      : [`SELECT COUNT(*) AS row_count FROM ${quoteIdentifier(name)} HAVING COUNT(*) > ${Math.trunc(rows)}`],
  );
  const sql = `SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'starload guard: rows' END AS INTEGER) AS passed
FROM (
${fuller.join('\nUNION ALL\n')}
) fuller`;
  return fuller.length === 0 ? [] : [{ name: ROWS_GUARD, sql }];
}

/** A mapping that finds each column under its own name. */
export function byName(table: Table): Mapping {
  return { kind: 'names', spellings: new Map(loadedColumns(table).map(({ name }) => [name, [name]])) };
}

/** The steps that check staging, derive the tables, or some of them, and check the star. */
export function derive(
  model: Model,
  extent: Extent,
  stamps: Stamps,
  isWanted: (statement: NamedSql) => boolean = () => true,
): readonly Step[] {
  const checks = { staged: checkSteps(model, 'staged', extent), star: checkSteps(model, 'star', extent) };
  return sqlSteps([...checks.staged, ...model.derivation[extent].filter(isWanted), ...checks.star], stamps);
}

/** A query for the number of rows in each table of staging and star. */
export function tableSizesSql(model: Model): string {
  return rowCounts([...tablesOf(model, 'staging'), ...tablesOf(model, 'star')].map(({ name }) => name));
}

/** A query for the row counts of tables. It returns one row per table: its name and its row count. */
export function rowCounts(tables: readonly string[]): string {
  return tables
    .map((name) => `SELECT ${quoteLiteral(name)} AS table_name, COUNT(*) AS row_count FROM ${quoteIdentifier(name)}`)
    .join('\nUNION ALL\n');
}

/** Converts statements to steps and fills in their placeholders. */
export function sqlSteps(statements: readonly WantedSql[], stamps: Stamps): readonly Step[] {
  return statements.map((statement) => ({ kind: 'sql', ...statement, sql: render(statement.sql, stamps) }));
}

function copyStep(copy: Copy): Step {
  return { kind: 'copy', name: `copy_${copy.table.name}`, ...copy };
}
