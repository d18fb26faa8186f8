import {
  type Column,
  type Model,
  type NamedSql,
  protocolSql,
  type Table,
  tablesOf,
  takingColumns,
} from '../sql/catalogue.ts';
import { SOURCE_FILE, STAMP } from '../sql/design.ts';
import { BEGINNING, quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import type { Batch, Step } from '../warehouse/warehouse.ts';
import { clearing, deletedFrom, derive, LOAD_GUARD, sqlSteps } from './batches.ts';
import { FORGET, FORGOTTEN, type Forget, forgetRow } from './forgets.ts';
import type { TemporaryCopy, TemporaryTable } from './temporary.ts';

/** All that a forget does, decided. */
export interface Forgetting {
  readonly forget: Forget;
  /** Whether the ledger has the entry already. */
  readonly isKnown: boolean;
  /**
   * The table `forget_…` (`forgetTable`), and its rows: the values, which are copied because no statement may show them, and
   * bad records that go or lose their text.
   */
  readonly copy: TemporaryCopy;
  readonly hasRejects: boolean;
  /** The stamp of the newest writing transaction when this was planned. */
  readonly stamp: string;
}

/** What a bad record is told to be once its text is removed. */
export const HIDDEN = 'hidden: it may be of somebody who was forgotten';

/**
 * Removes the records of somebody from staging and from rejected_records, remembers to leave them out, and derives all
 * tables from the rows that are left. It fails if anything was written since it was planned.
 */
export function forgetBatch(model: Model, now: string, runId: string, forgetting: Forgetting): Batch {
  const { copy, hasRejects, stamp } = forgetting;
  const { like } = copy.table;
  const base = `previous_stamp = CAST(${quoteLiteral(stamp)} AS TIMESTAMP)`;
  const stamps = { now, since: BEGINNING, base };
  const steps = [
    ...sqlSteps(
      [protocolSql(model, 'begin_run'), { ...protocolSql(model, 'migrate_guard'), name: LOAD_GUARD }],
      stamps,
    ),
    ...copied(copy),
    ...sqlSteps(
      [
        noteRows(runId, forgetting),
        { name: `forget_${like}`, sql: `DELETE FROM ${quoteIdentifier(like)}\nWHERE ${matches(copy.table)}` },
        uncount(model, like),
        ...(hasRejects ? removeRejects(copy.table) : []),
        ...clearing([...tablesOf(model, 'current'), ...tablesOf(model, 'star')]),
      ],
      stamps,
    ),
    ...derive(model, 'rebuild', stamps),
  ];
  return { name: `forget-${runId}`, locks: true, leavesNothing: true, deletesFrom: deletedFrom(model), steps };
}

/** The name of the step that counts. */
export const COUNTED = 'count_forgotten';

/**
 * The batch that finds the files with such records, and how many rows come from each number of a file in each run. Rows that do
 * not say which file they come from may be of any file of their run.
 */
export function countBatch(name: string, copy: TemporaryCopy): Batch {
  const { like } = copy.table;
  const sql = `SELECT entry.run_id, entry.uri, entry.version, entry.size_bytes, counted.${SOURCE_FILE}, counted.row_count
FROM load_ledger entry
JOIN ${counted(copy.table)} ON counted.${STAMP} = entry.${STAMP}
  AND (counted.${SOURCE_FILE} IS NULL OR counted.${SOURCE_FILE} = entry.${SOURCE_FILE})
WHERE entry.staging_table = ${quoteLiteral(like)} AND entry.status = 'loaded'
ORDER BY entry.${STAMP}, entry.uri`;
  return {
    name,
    locks: false,
    leavesNothing: true,
    steps: [...copied(copy), { kind: 'sql', name: COUNTED, sql, wanted: 'always' }],
  };
}

/** Long enough for the id of a run, a line and a name of a file. */
const ID_BYTES = 4400;
const [REJECT, FILE, FATE] = ['starload_reject', 'starload_file', 'starload_fate'] as const;
const OWN = [REJECT, FILE, FATE];

/** The temporary table of the values of columns. Its other rows are bad records: their id, that of their file, and their fate. */
export function forgetTable(table: Table, columns: readonly string[]): TemporaryTable {
  const values = takingColumns(table).filter(({ name }) => columns.includes(name));
  const own = OWN.map((name) => ({ ...TEXT, name }));
  const all = [...values.map((column) => ({ ...column, notNull: false })), ...own];
  return { ...table, name: `forget_${table.name}`, like: table.name, columns: all };
}

const TEXT = {
  type: 'varchar',
  sqlType: 'VARCHAR',
  maxBytes: ID_BYTES,
  notNull: false,
  hasDefault: false,
  comment: undefined,
} as const;

function valueColumns({ columns }: Table): readonly Column[] {
  return columns.filter(({ name }) => !OWN.some((own) => own === name));
}

/** A row of a bad record. */
export function rejectRow(
  { runId, line, uri }: { readonly runId: string; readonly line: number | undefined; readonly uri: string },
  fate: 'gone' | 'hidden',
): Readonly<Record<string, string>> {
  return { [REJECT]: `${runId} ${line ?? ''} ${uri}`, [FILE]: `${runId} ${uri}`, [FATE]: fate };
}

function copied({ table, parts, mapping }: TemporaryCopy): readonly Step[] {
  const values = valueColumns(table).map(({ name }) => quoteIdentifier(name));
  const own = OWN.map((name) => `CAST(NULL AS VARCHAR(${ID_BYTES})) AS ${name}`);
  const sql = `CREATE TEMP TABLE ${quoteIdentifier(table.name)} AS
SELECT ${[...values, ...own].join(', ')}
FROM ${quoteIdentifier(table.like)}
WHERE 1 = 0`;
  return [
    { kind: 'sql', name: `create_${table.name}`, sql },
    { kind: 'copy', name: `copy_${table.name}`, table, parts, mapping },
  ];
}

/** The condition on rows of staging. Trailing blanks count on no engine. */
function matches(table: Table): string {
  const own = (column: Column) =>
    column.type === 'varchar' ? `RTRIM(${quoteIdentifier(column.name)}, ' ')` : quoteIdentifier(column.name);
  const from = `FROM ${quoteIdentifier(table.name)} WHERE ${FATE} IS NULL`;
  return valueColumns(table)
    .map((column) => `${own(column)} IN (SELECT ${own(column)} ${from})`)
    .join(' AND ');
}

/** How many rows of each file of each run are theirs, by the number of the file in the run. The columns of a staging table may have any names, so it stands apart. */
function counted(table: TemporaryTable): string {
  return `(
  SELECT ${STAMP}, ${SOURCE_FILE}, COUNT(*) AS row_count
  FROM ${quoteIdentifier(table.like)}
  WHERE ${matches(table)}
  GROUP BY ${STAMP}, ${SOURCE_FILE}
) counted`;
}

/** Adds what the ledger says from now on: how many records of which run are gone, and who is left out. */
function noteRows(runId: string, { forget, isKnown, copy, hasRejects }: Forgetting): NamedSql {
  const table = quoteLiteral(forget.table);
  const { uri, version } = forgetRow(forget);
  const staged = `SELECT runs.run_id, ${text(table, 127)}, COALESCE(file.uri, ''), COALESCE(file.version, ''), COALESCE(file.size_bytes, 0), CAST(0 AS BIGINT), counted.row_count, ${text(`'${FORGOTTEN}'`, 16)}, {now}, counted.${STAMP}
FROM ${counted(copy.table)}
JOIN (SELECT DISTINCT run_id, ${STAMP} FROM load_ledger WHERE staging_table = ${table}) runs ON runs.${STAMP} = counted.${STAMP}
LEFT JOIN (
  SELECT ${STAMP}, ${SOURCE_FILE}, uri, version, size_bytes
  FROM load_ledger
  WHERE staging_table = ${table} AND status = 'loaded' AND ${SOURCE_FILE} IS NOT NULL
) file ON file.${STAMP} = counted.${STAMP} AND file.${SOURCE_FILE} = counted.${SOURCE_FILE}`;
  const refused = `SELECT entry.run_id, entry.staging_table, entry.uri, entry.version, entry.size_bytes, CAST(0 AS BIGINT), COUNT(*), ${text(`'${FORGOTTEN}'`, 16)}, {now}, entry.${STAMP}
FROM load_ledger entry
JOIN ${quoteIdentifier(copy.table.name)} gone ON gone.${FILE} = entry.run_id || ' ' || entry.uri
WHERE entry.staging_table = ${table} AND entry.status = 'loaded' AND gone.${FATE} = 'gone'
GROUP BY entry.run_id, entry.staging_table, entry.uri, entry.version, entry.size_bytes, entry.${STAMP}`;
  const entry = `SELECT ${text(quoteLiteral(runId), 64)}, ${text(table, 127)}, ${text(quoteLiteral(uri), 4096)}, ${text(quoteLiteral(version), 256)}, CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), ${text(`'${FORGET}'`, 16)}, {now}, {now}
FROM load_run`;
  const rows = [staged, ...(hasRejects ? [refused] : []), ...(isKnown ? [] : [entry])];
  return {
    name: 'note_forgotten',
    sql: `INSERT INTO load_ledger (run_id, staging_table, uri, version, size_bytes, records, rejected, status, planned_stamp, ${STAMP})
${rows.join('\nUNION ALL\n')}`,
  };
}

function text(value: string, most: number): string {
  return `CAST(${value} AS VARCHAR(${most}))`;
}

/** Whose keys were counted is not known any more. */
function uncount(model: Model, table: string): NamedSql {
  const forget = protocolSql(model, 'forget_keys');
  const own = `staging_table = ${quoteLiteral(table)}`;
  const noted = `FROM load_ledger WHERE ${own} AND status = '${FORGOTTEN}' AND planned_stamp = {now}`;
  const condition = `${own} AND (
  run_id IN (SELECT run_id ${noted} AND uri = '')
  OR run_id || ' ' || uri IN (SELECT run_id || ' ' || uri ${noted})
)`;
  return { ...forget, sql: forget.sql.replace('{base}', () => condition) };
}

/** The records that were certainly theirs go; the texts of others that may be do. */
function removeRejects({ name, like }: TemporaryTable): readonly NamedSql[] {
  const own = `staging_table = ${quoteLiteral(like)}`;
  const from = `FROM ${quoteIdentifier(name)} WHERE ${FATE}`;
  const id = "run_id || ' ' || COALESCE(CAST(line AS VARCHAR(20)), '') || ' ' || uri";
  const which = (fate: string) => `${own} AND ${id} IN (SELECT ${REJECT} ${from} = '${fate}')`;
  return [
    { name: 'forget_rejected', sql: `DELETE FROM rejected_records\nWHERE ${which('gone')}` },
    {
      name: 'hide_rejected',
      sql: `UPDATE rejected_records SET reason = ${quoteLiteral(HIDDEN)}, excerpt = NULL\nWHERE ${which('hidden')}`,
    },
    {
      name: 'uncount_rejected',
      sql: `UPDATE load_ledger SET rejected = rejected - gone.gone_records
FROM (SELECT ${FILE}, COUNT(*) AS gone_records ${from} = 'gone' GROUP BY ${FILE}) gone
WHERE ${own} AND status = 'loaded' AND run_id || ' ' || uri = gone.${FILE}`,
    },
  ];
}
