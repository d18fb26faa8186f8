import { type Column, type Model, type NamedSql, protocolSql, type Table, tablesOf } from '../sql/catalogue.ts';
import { STAMP } from '../sql/design.ts';
import { BEGINNING, quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import type { Batch, Step } from '../warehouse/warehouse.ts';
import { byName, type Copy, clearing, deletedFrom, derive, LOAD_GUARD, sqlSteps } from './batches.ts';
import { FORGET, FORGOTTEN, type Forget, forgetRow } from './forgets.ts';
import { type TemporaryCopy, temporaryCopy } from './temporary.ts';

/** All that a forget does, decided. */
export interface Forgetting {
  readonly forget: Forget;
  /** Whether the ledger has the entry already. */
  readonly isKnown: boolean;
  /** The values: one record of the columns. They are copied, because no statement may show them. */
  readonly values: TemporaryCopy;
  /** The bad records that go or lose their text (`rejectsTable`); absent if there are none. */
  readonly rejects?: Copy | undefined;
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
  const { values, rejects, stamp } = forgetting;
  const base = `previous_stamp = CAST(${quoteLiteral(stamp)} AS TIMESTAMP)`;
  const stamps = { now, since: BEGINNING, base };
  const steps = [
    ...sqlSteps(
      [protocolSql(model, 'begin_run'), { ...protocolSql(model, 'migrate_guard'), name: LOAD_GUARD }],
      stamps,
    ),
    ...temporaryCopy(values),
    ...(rejects === undefined ? [] : copyRejects(rejects)),
    ...sqlSteps(
      [
        noteRows(runId, forgetting),
        {
          name: `forget_${values.table.like}`,
          sql: `DELETE FROM ${quoteIdentifier(values.table.like)}\nWHERE ${matches(values.table)}`,
        },
        uncount(model, values.table.like),
        ...(rejects === undefined ? [] : removeRejects(values.table.like)),
        ...clearing([...tablesOf(model, 'current'), ...tablesOf(model, 'star')]),
      ],
      stamps,
    ),
    ...derive(model, 'rebuild', stamps),
  ];
  return { name: `forget-${runId}`, locks: true, deletesFrom: deletedFrom(model), steps };
}

/** The name of the step that counts. */
export const COUNTED = 'count_forgotten';

/** The batch that finds the files of the runs that staged such records, and how many records of each run there are. */
export function countBatch(name: string, values: TemporaryCopy): Batch {
  const { like } = values.table;
  const sql = `SELECT entry.run_id, entry.uri, entry.version, entry.size_bytes, counted.row_count
FROM load_ledger entry
JOIN (
  SELECT ${STAMP}, COUNT(*) AS row_count
  FROM ${quoteIdentifier(like)}
  WHERE ${matches(values.table)}
  GROUP BY ${STAMP}
) counted ON counted.${STAMP} = entry.${STAMP}
WHERE entry.staging_table = ${quoteLiteral(like)} AND entry.status = 'loaded'
ORDER BY entry.${STAMP}, entry.uri`;
  return {
    name,
    locks: false,
    steps: [...temporaryCopy(values), { kind: 'sql', name: COUNTED, sql, wanted: 'always' }],
  };
}

/** The condition on rows of staging. Trailing blanks count on no engine. */
function matches({ name, columns }: Table): string {
  const own = (column: Column) =>
    column.type === 'varchar' ? `RTRIM(${quoteIdentifier(column.name)}, ' ')` : quoteIdentifier(column.name);
  const one = (column: Column) => `${own(column)} IN (SELECT ${own(column)} FROM ${quoteIdentifier(name)})`;
  return columns.map(one).join(' AND ');
}

/** Adds what the ledger says from now on: how many records of which run are gone, and who is left out. */
function noteRows(runId: string, { forget, isKnown, values, rejects }: Forgetting): NamedSql {
  const table = quoteLiteral(forget.table);
  const { uri, version } = forgetRow(forget);
  const staged = `SELECT runs.run_id, ${text(table, 127)}, ${text("''", 4096)}, ${text("''", 256)}, CAST(0 AS BIGINT), CAST(0 AS BIGINT), COUNT(*), ${text(`'${FORGOTTEN}'`, 16)}, {now}, runs.${STAMP}
FROM ${quoteIdentifier(forget.table)} staged
JOIN (SELECT DISTINCT run_id, ${STAMP} FROM load_ledger WHERE staging_table = ${table}) runs ON runs.${STAMP} = staged.${STAMP}
WHERE ${matches(values.table)}
GROUP BY runs.run_id, runs.${STAMP}`;
  const refused = `SELECT entry.run_id, entry.staging_table, entry.uri, entry.version, entry.size_bytes, CAST(0 AS BIGINT), COUNT(*), ${text(`'${FORGOTTEN}'`, 16)}, {now}, entry.${STAMP}
FROM load_ledger entry
JOIN ${REJECTS} gone ON gone.file_id = entry.run_id || ' ' || entry.uri
WHERE entry.staging_table = ${table} AND entry.status = 'loaded' AND gone.fate = 'gone'
GROUP BY entry.run_id, entry.staging_table, entry.uri, entry.version, entry.size_bytes, entry.${STAMP}`;
  const entry = `SELECT ${text(quoteLiteral(runId), 64)}, ${text(table, 127)}, ${text(quoteLiteral(uri), 4096)}, ${text(quoteLiteral(version), 256)}, CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), ${text(`'${FORGET}'`, 16)}, {now}, {now}
FROM load_run`;
  const rows = [staged, ...(rejects === undefined ? [] : [refused]), ...(isKnown ? [] : [entry])];
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
  const condition = `${own} AND ${STAMP} IN (
  SELECT ${STAMP} FROM load_ledger WHERE ${own} AND status = '${FORGOTTEN}' AND uri = '' AND planned_stamp = {now}
)`;
  return { ...forget, sql: forget.sql.replace('{base}', () => condition) };
}

const REJECTS = 'forget_rejects';
/** Long enough for the id of a run, a line and a name of a file. */
const ID_BYTES = 4400;

/** The table of bad records that go or lose their text. */
export function rejectsTable(like: Table): Table {
  const column = (name: string, maxBytes: number): Column => ({
    name,
    type: 'varchar',
    sqlType: 'VARCHAR',
    maxBytes,
    notNull: false,
    hasDefault: false,
    comment: undefined,
  });
  const columns = [column('reject_id', ID_BYTES), column('file_id', ID_BYTES), column('fate', 8)];
  return { ...like, name: REJECTS, columns };
}

function copyRejects({ table, parts }: Copy): readonly Step[] {
  const columns = table.columns.map(({ name, maxBytes = 0 }) => `${text('uri', maxBytes)} AS ${name}`);
  const sql = `CREATE TEMP TABLE ${REJECTS} AS\nSELECT ${columns.join(', ')}\nFROM rejected_records\nWHERE 1 = 0`;
  return [
    { kind: 'sql', name: `create_${REJECTS}`, sql },
    { kind: 'copy', name: `copy_${REJECTS}`, table, parts, mapping: byName(table) },
  ];
}

/** The id of a bad record in a statement, and outside of it. */
const REJECT_ID = "run_id || ' ' || COALESCE(CAST(line AS VARCHAR(20)), '') || ' ' || uri";

export function rejectId(runId: string, line: number | undefined, uri: string): string {
  return `${runId} ${line ?? ''} ${uri}`;
}

/** The records that were certainly theirs go; the texts of others that may be do. */
function removeRejects(staging: string): readonly NamedSql[] {
  const own = `staging_table = ${quoteLiteral(staging)}`;
  const which = (fate: string) =>
    `${own} AND ${REJECT_ID} IN (SELECT reject_id FROM ${REJECTS} WHERE fate = '${fate}')`;
  return [
    { name: 'forget_rejected', sql: `DELETE FROM rejected_records\nWHERE ${which('gone')}` },
    {
      name: 'hide_rejected',
      sql: `UPDATE rejected_records SET reason = ${quoteLiteral(HIDDEN)}, excerpt = NULL\nWHERE ${which('hidden')}`,
    },
    {
      name: 'uncount_rejected',
      sql: `UPDATE load_ledger SET rejected = rejected - gone.gone_records
FROM (SELECT file_id, COUNT(*) AS gone_records FROM ${REJECTS} WHERE fate = 'gone' GROUP BY file_id) gone
WHERE ${own} AND status = 'loaded' AND run_id || ' ' || uri = gone.file_id`,
    },
  ];
}
