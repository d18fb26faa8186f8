import type { Copy } from '../pipeline/batches.ts';
import type { WantedSql } from '../pipeline/checks.ts';
import { LEDGER } from '../pipeline/ownership.ts';
import {
  type Column,
  type NamedSql,
  rescuedColumn,
  sourceColumns,
  type Table,
  takingColumns,
  withSource,
} from '../sql/catalogue.ts';
import { RESCUED, SOURCE_FILE, SOURCE_LINE, STAMP } from '../sql/design.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import { digests } from '../sql/versions.ts';
import type { Step } from '../warehouse/warehouse.ts';
import { type ColumnChange, isUnknown, type TableChange, typeOf } from './compare.ts';
import { BEFORE, type KeptValues } from './rescued.ts';

/** The key, and the column, by which a record that is read again names the content of its file. */
export const CONTENT = 'starload_content';

/** The content of a file, as `starload_content` has it. */
export function contentOf({ size, version }: { readonly size: number; readonly version: string }): string {
  return `${size} ${version}`;
}

/** A staging table's columns that COPY fills, and before the unknown keys, if these are kept, the content of the file and the line. */
export function readTable(table: Table): Table {
  const content: Column = {
    name: CONTENT,
    type: 'varchar',
    sqlType: 'VARCHAR',
    maxBytes: 300,
    notNull: false,
    hasDefault: false,
    comment: undefined,
  };
  return {
    ...table,
    name: `read_${table.name}`,
    columns: [...takingColumns(table), content, ...lineColumn(table), ...[rescuedColumn(table) ?? []].flat()],
  };
}

function lineColumn(table: Table): readonly Column[] {
  return sourceColumns(withSource(table)).filter(({ name }) => name === SOURCE_LINE);
}

/** The records of a staging table's files, read again. */
export interface Reread extends Copy {
  /** How many rows come from files that cannot be read again. */
  readonly lost: number;
}

/** Whether a table gets columns whose values only the files have. */
export function isFilled({ table, columns }: TableChange): boolean {
  return table.role === 'staging' && columns.some(isUnknown);
}

/** The name of the step that returns how many rows were filled, and refuses if records are not those of the table. */
export function filledStep(table: Table): string {
  return `filled_${table.name}`;
}

/** What there is besides the rows of a table: the records of files, and what was kept of records of files that are gone. */
export interface RowSources {
  readonly reread?: Reread | undefined;
  readonly kept?: KeptValues | undefined;
  /** Whether there are rows of files that are gone. */
  readonly isPartial?: boolean | undefined;
  /** The ledger, with all columns of the model. */
  readonly ledger?: string | undefined;
}

/**
 * The steps that collect the rows of a table that is made again, as the new table holds them, in the temporary table
 * `former_…`. The statement that inserts them is `restore`.
 */
export function collect(change: TableChange, sources: RowSources): readonly (Step | WantedSql)[] {
  const { table } = change;
  const { reread, kept } = sources;
  const into = temporary(formerName(table));
  const keptSteps = kept === undefined ? [] : copySteps(kept, keptValues(kept.table), change);
  if (reread === undefined) {
    return [...keptSteps, { name: `collect_${table.name}`, sql: `${into}${selectFormer(change, sources)}` }];
  }
  return [
    ...keptSteps,
    ...copySteps(reread, readValues(change, reread.table), change),
    { name: `collect_${table.name}`, sql: `${into}${matched(change, reread.table, sources)}` },
    { name: filledStep(table), sql: fillGuard(table, reread.lost), wanted: 'always' },
  ];
}

/** The steps that make a temporary table with such values, empty, and copy into it. */
function copySteps(
  { table: into, parts, mapping }: Copy,
  values: readonly string[],
  { table }: TableChange,
): readonly (Step | WantedSql)[] {
  const { name } = into;
  const sql = `${temporary(name)}SELECT ${values.join(', ')}\nFROM ${quoteIdentifier(table.name)}\nWHERE 1 = 0`;
  return [
    { name: `create_${name}`, sql },
    { kind: 'copy', name: `copy_${name}`, table: into, parts, mapping },
  ];
}

/** The statement that inserts the collected rows into the new table. */
export function restore({ table }: TableChange, { reread }: RowSources): NamedSql {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const chosen = reread === undefined ? '' : '\nWHERE starload_place <= starload_rows';
  const sql = `INSERT INTO ${quoteIdentifier(table.name)} (${columns})
SELECT ${columns}
FROM ${quoteIdentifier(formerName(table))}${chosen}`;
  return { name: `restore_${table.name}`, sql };
}

/** The temporary table with the rows of a table that is made again. */
export function formerName({ name }: Pick<Table, 'name'>): string {
  return `former_${name}`;
}

function temporary(name: string): string {
  return `CREATE TEMP TABLE ${quoteIdentifier(name)} AS\n`;
}

/** The rows as they are, in the columns of the new table, with what was kept for new ones. */
function selectFormer({ table, columns }: TableChange, { reread, kept }: RowSources): string {
  const values = columns.map((one) => `${formerValue(one, table, kept)} AS ${quoteIdentifier(one.column.name)}`);
  const mark = reread === undefined ? '' : ', 0 AS starload_read';
  const join =
    kept === undefined
      ? ''
      : `\nLEFT JOIN ${quoteIdentifier(kept.table.name)} kept_values ON kept_values.${BEFORE} = former_rows.${RESCUED}`;
  return `SELECT ${values.join(', ')}${mark}\nFROM ${quoteIdentifier(table.name)} former_rows${join}`;
}

/** A number that a control table must have is 1 for the rows before it: earlier history is the first generation. */
function formerValue(
  { column, from, fate }: ColumnChange,
  { name: table, role }: Table,
  kept: KeptValues | undefined,
): string {
  const [type, name] = [typeOf(column), quoteIdentifier(column.name)];
  if (from !== undefined && fate !== 'other') {
    const own = `former_rows.${quoteIdentifier(from.name)}`;
    const value = fate === 'same' ? own : `CAST(${own} AS ${type})`;
    return kept !== undefined && column.name === RESCUED
      ? `CASE WHEN kept_values.${BEFORE} IS NULL THEN ${value} ELSE kept_values.${name} END`
      : value;
  }
  if (kept?.table.columns.some((one) => one.name === column.name) === true) {
    return `kept_values.${name}`;
  }
  if (table === LEDGER && column.name === SOURCE_FILE) {
    return FILE_NUMBERS;
  }
  return `CAST(${role === 'control' && column.notNull && column.type === 'bigint' ? '1' : 'NULL'} AS ${type})`;
}

/** A load of today gives the files of a run numbers; for earlier ones any will do. */
const FILE_NUMBERS = `CASE WHEN status NOT IN ('loaded', 'quarantined', 'undone') OR version LIKE 'listing:%' THEN NULL
    ELSE ROW_NUMBER() OVER (PARTITION BY staging_table, loaded_at ORDER BY uri) END`;

/** The columns of the records, without values. Kept columns come from the former table, whose collation they have. */
function readValues(change: TableChange, read: Table): readonly string[] {
  return read.columns.map((column) => {
    const known = change.columns.find((one) => one.column.name === column.name && !isUnknown(one));
    const value = known?.from === undefined ? 'NULL' : quoteIdentifier(known.from.name);
    return `CAST(${value} AS ${typeOf(column)}) AS ${quoteIdentifier(column.name)}`;
  });
}

function keptValues({ columns }: Table): readonly string[] {
  return columns.map((column) => `CAST(NULL AS ${typeOf(column)}) AS ${quoteIdentifier(column.name)}`);
}

/**
 * The rows as they are, and the records of the files, each as often as the ledger says that its file was loaded, and with the
 * stamp of that run. A record takes the place of a row of its run that has the same values in the columns that were there
 * before: of each group of such rows, as many count as there were rows before, records first.
 */
function matched(change: TableChange, read: Table, sources: RowSources): string {
  const { table, columns } = change;
  const names = columns.map(({ column }) => quoteIdentifier(column.name)).join(', ');
  const group = [quoteIdentifier(STAMP), ...sameValues(columns.filter((one) => !isUnknown(one)))].join(', ');
  const records = columns.map(({ column }) => recordValue(column, read));
  const both = `${selectFormer(change, sources)}
UNION ALL
SELECT ${records.join(', ')}, 1
FROM ${quoteIdentifier(read.name)} records
JOIN (
  SELECT ${STAMP}, ${SOURCE_FILE}, ${rescuedColumn(read) === undefined ? '' : 'keys_rescued, '}CAST(size_bytes AS VARCHAR(20)) || ' ' || version AS content
  FROM ${quoteIdentifier(sources.ledger ?? LEDGER)}
  WHERE ${isLoaded(table)}
) loads ON loads.content = records.${CONTENT}`;
  const isSorted = sources.isPartial === true;
  return `SELECT ${names}, starload_read,
  ROW_NUMBER() OVER (PARTITION BY ${group} ORDER BY starload_read DESC${isSorted ? ', starload_covered' : ''}) AS starload_place,
  SUM(1 - starload_read) OVER (PARTITION BY ${group}) AS starload_rows
FROM (
${isSorted ? covered(change, { names, group, both }) : both}
) both_rows`;
}

/**
 * Marks the rows whose values a record has, too, of new columns (1), of `rescued` as well (2), and those that are known to be of
 * its file and line (3): that record takes their place, rather than that of a row whose file is gone.
 */
function covered(
  { columns }: TableChange,
  { names, group, both }: { readonly names: string; readonly group: string; readonly both: string },
): string {
  const alike = [group, ...sameValues(columns.filter(isUnknown))].join(', ');
  const same = `${alike}, MD5(COALESCE(${RESCUED}, ''))`;
  const own = `${same}, ${SOURCE_FILE}, ${SOURCE_LINE}`;
  const [nth, all] = [
    (what: string) => `ROW_NUMBER() OVER (PARTITION BY ${what}, starload_read ORDER BY starload_read)`,
    (what: string) => `SUM(starload_read) OVER (PARTITION BY ${what})`,
  ];
  return `SELECT ${names}, starload_read, CASE
  WHEN starload_read = 0 AND starload_nth_own <= starload_own THEN 3
  WHEN starload_read = 0 AND starload_nth_same <= starload_same THEN 2
  WHEN starload_read = 0 AND starload_nth_alike <= starload_alike THEN 1
  ELSE 0 END AS starload_covered
FROM (
SELECT ${names}, starload_read,
  ${nth(own)} AS starload_nth_own, ${all(own)} AS starload_own,
  ${nth(same)} AS starload_nth_same, ${all(same)} AS starload_same,
  ${nth(alike)} AS starload_nth_alike, ${all(alike)} AS starload_alike
FROM (
${both}
) all_rows
) counted_rows`;
}

/** A column that COPY does not fill has no value in the records. */
function recordValue(column: Column, read: Table): string {
  const { name, hasDefault } = column;
  if (name === STAMP) {
    return `loads.${quoteIdentifier(STAMP)}`;
  }
  if (name === SOURCE_FILE) {
    return `loads.${quoteIdentifier(SOURCE_FILE)}`;
  }
  if (name === SOURCE_LINE) {
    return `records.${quoteIdentifier(SOURCE_LINE)}`;
  }
  if (name === RESCUED && rescuedColumn(read) !== undefined) {
    return `CASE WHEN loads.keys_rescued > 0 THEN records.${quoteIdentifier(name)} ELSE NULL END`;
  }
  return hasDefault ? `CAST(NULL AS ${typeOf(column)})` : `records.${quoteIdentifier(name)}`;
}

function isLoaded({ name }: Table): string {
  return `staging_table = ${quoteLiteral(name)} AND status = 'loaded'`;
}

/** Expressions that are equal if the values are, NULL like any other. Text is compared by digests, so that trailing blanks count. */
function sameValues(columns: readonly ColumnChange[]): readonly string[] {
  const own = columns.map(({ column }) => column).filter(({ hasDefault }) => !hasDefault);
  return [
    ...digests(own.filter(({ type }) => type === 'varchar')).map((digest) => digest.replace(/ NULLS LAST$/, '')),
    ...own.filter(({ type }) => type !== 'varchar').map(({ name }) => quoteIdentifier(name)),
  ];
}

/**
 * How many rows were read again and how many were not; fails if there are records that the table never had, apart from
 * those that the ledger says were rejected, or rows that no record fills, apart from those of lost files.
 */
function fillGuard(table: Table, lost: number): string {
  return `SELECT counted.filled_rows, counted.other_rows,
  CAST(CASE WHEN counted.strange_rows <= ledger.rejected AND counted.other_rows <= ${lost} THEN '0' ELSE 'starload guard: read' END AS INTEGER) AS passed
FROM (
  SELECT
    COUNT(CASE WHEN starload_read = 1 AND starload_place <= starload_rows THEN 1 END) AS filled_rows,
    COUNT(CASE WHEN starload_read = 0 AND starload_place <= starload_rows THEN 1 END) AS other_rows,
    COUNT(CASE WHEN starload_read = 1 AND starload_place > starload_rows THEN 1 END) AS strange_rows
  FROM ${quoteIdentifier(formerName(table))}
) counted, (
  SELECT COALESCE(SUM(rejected), 0) AS rejected FROM load_ledger WHERE ${isLoaded(table)}
) ledger`;
}
