import type { Copy } from '../pipeline/batches.ts';
import type { WantedSql } from '../pipeline/checks.ts';
import { type Column, type NamedSql, rescuedColumn, type Table, takingColumns } from '../sql/catalogue.ts';
import { RESCUED, STAMP } from '../sql/design.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import { digests } from '../sql/versions.ts';
import type { Step } from '../warehouse/warehouse.ts';
import { type ColumnChange, isUnknown, type TableChange, typeOf } from './compare.ts';

/** The key, and the column, by which a record that is read again names the content of its file. */
export const CONTENT = 'starload_content';

/** The content of a file, as `starload_content` has it. */
export function contentOf({ size, version }: { readonly size: number; readonly version: string }): string {
  return `${size} ${version}`;
}

/** A staging table's columns that COPY fills, and the content of the file: before the unknown keys, if these are kept. */
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
    columns: [...takingColumns(table), content, ...[rescuedColumn(table) ?? []].flat()],
  };
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

/**
 * The steps that collect the rows of a table that is made again, as the new table holds them, in the temporary table
 * `former_…`. The statement that inserts them is `restore`.
 */
export function collect(change: TableChange, reread: Reread | undefined): readonly (Step | WantedSql)[] {
  const { table } = change;
  const name = formerName(table);
  if (reread === undefined) {
    return [{ name: `collect_${table.name}`, sql: `${temporary(name)}${selectFormer(change, false)}` }];
  }
  return [
    { name: `create_${reread.table.name}`, sql: emptyRead(change, reread.table) },
    {
      kind: 'copy',
      name: `copy_${reread.table.name}`,
      table: reread.table,
      parts: reread.parts,
      mapping: reread.mapping,
    },
    { name: `collect_${table.name}`, sql: `${temporary(name)}${matched(change, reread.table)}` },
    { name: filledStep(table), sql: fillGuard(table, reread.lost), wanted: 'always' },
  ];
}

/** The statement that inserts the collected rows into the new table. */
export function restore({ table }: TableChange, reread: Reread | undefined): NamedSql {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const chosen = reread === undefined ? '' : '\nWHERE starload_place <= starload_rows';
  const sql = `INSERT INTO ${quoteIdentifier(table.name)} (${columns})
SELECT ${columns}
FROM ${quoteIdentifier(formerName(table))}${chosen}`;
  return { name: `restore_${table.name}`, sql };
}

function formerName({ name }: Table): string {
  return `former_${name}`;
}

function temporary(name: string): string {
  return `CREATE TEMP TABLE ${quoteIdentifier(name)} AS\n`;
}

/** The rows as they are, in the columns of the new table. What no file can fill again gets a value for "nothing yet". */
function selectFormer({ table, columns }: TableChange, isBesideRead: boolean): string {
  const values = columns.map((one) => `${formerValue(one, table)} AS ${quoteIdentifier(one.column.name)}`);
  const mark = isBesideRead ? ', 0 AS starload_read' : '';
  return `SELECT ${values.join(', ')}${mark}\nFROM ${quoteIdentifier(table.name)}`;
}

/** A count that a control table must have is 0 for the rows before it. */
function formerValue({ column, from, fate }: ColumnChange, { role }: Table): string {
  const type = typeOf(column);
  if (from !== undefined && fate !== 'other') {
    return fate === 'same' ? quoteIdentifier(from.name) : `CAST(${quoteIdentifier(from.name)} AS ${type})`;
  }
  return `CAST(${role === 'control' && column.notNull && column.type === 'bigint' ? '0' : 'NULL'} AS ${type})`;
}

/** An empty table for the records. Kept columns come from the former table, whose collation they have. */
function emptyRead(change: TableChange, read: Table): string {
  const values = read.columns.map((column) => {
    const known = change.columns.find((one) => one.column.name === column.name && !isUnknown(one));
    const value = known?.from === undefined ? 'NULL' : quoteIdentifier(known.from.name);
    return `CAST(${value} AS ${typeOf(column)}) AS ${quoteIdentifier(column.name)}`;
  });
  return `${temporary(read.name)}SELECT ${values.join(', ')}\nFROM ${quoteIdentifier(change.table.name)}\nWHERE 1 = 0`;
}

/**
 * The rows as they are, and the records of the files, each as often as the ledger says that its file was loaded, and with the
 * stamp of that run. A record takes the place of a row of its run that has the same values in the columns that were there
 * before: of each group of such rows, as many count as there were rows before, records first.
 */
function matched(change: TableChange, read: Table): string {
  const { table, columns } = change;
  const names = columns.map(({ column }) => quoteIdentifier(column.name)).join(', ');
  const group = [quoteIdentifier(STAMP), ...sameValues(columns.filter((one) => !isUnknown(one)))].join(', ');
  const records = columns.map(({ column }) => recordValue(column, read));
  return `SELECT ${names}, starload_read,
  ROW_NUMBER() OVER (PARTITION BY ${group} ORDER BY starload_read DESC) AS starload_place,
  SUM(1 - starload_read) OVER (PARTITION BY ${group}) AS starload_rows
FROM (
${selectFormer(change, true)}
UNION ALL
SELECT ${records.join(', ')}, 1
FROM ${quoteIdentifier(read.name)} records
JOIN (
  SELECT ${STAMP}, ${rescuedColumn(read) === undefined ? '' : 'keys_rescued, '}CAST(size_bytes AS VARCHAR(20)) || ' ' || version AS content
  FROM load_ledger
  WHERE ${isLoaded(table)}
) loads ON loads.content = records.${CONTENT}
) both_rows`;
}

/** A column that COPY does not fill has no value in the records. */
function recordValue(column: Column, read: Table): string {
  const { name, hasDefault } = column;
  if (name === STAMP) {
    return `loads.${quoteIdentifier(STAMP)}`;
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
