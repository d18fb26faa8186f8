import { ask } from '../pipeline/ask.ts';
import type { LoadContext } from '../pipeline/context.ts';
import { type Column, protocolSql, type Table } from '../sql/catalogue.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import { rankOf } from '../sql/versions.ts';
import type { Value } from '../warehouse/warehouse.ts';
import { literalOf } from './literal.ts';

/** A row by the names of its columns. Times are text, to the microsecond. */
export type Row = ReadonlyMap<string, Value>;

/** Rows of a table that fit a condition: the first of them, and how many there are. */
export interface FoundRows {
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly count: number;
}

/** Of each table, at most so many rows are looked at. */
export const MOST_ROWS = 20;

/** The rows that fit a condition, those that agree with most of the wanted values first, then the latest. */
export async function findRows(
  { warehouse }: LoadContext,
  table: Table,
  condition: string,
  wanted: Row = new Map(),
): Promise<FoundRows> {
  const columns = table.columns.map((column) => textually(column)).join(', ');
  const agreement = table.columns.flatMap((column) => {
    const test = wanted.has(column.name) ? equals(column, wanted.get(column.name) ?? null) : undefined;
    return test === undefined ? [] : [`CASE WHEN ${test} THEN 0 ELSE 1 END`];
  });
  const time = table.time === undefined ? [] : [`${quoteIdentifier(table.time)} DESC`];
  const order = [agreement.join(' + '), ...time, ...table.key.map(quoteIdentifier)].filter((one) => one !== '');
  const ordered = order.length === 0 ? '' : `\nORDER BY ${order.join(', ')}`;
  const from = `FROM ${quoteIdentifier(table.name)}\nWHERE ${condition}`;
  const { rows } = await warehouse.query(`SELECT ${columns}\n${from}${ordered}\nLIMIT ${MOST_ROWS}`);
  const total = rows.length < MOST_ROWS ? rows.length : await countOf(warehouse, from);
  return { table, rows: rows.map((row) => toRow(table.columns, row)), count: total };
}

async function countOf(warehouse: LoadContext['warehouse'], from: string): Promise<number> {
  return Number((await warehouse.query(`SELECT COUNT(*) ${from}`)).rows[0]?.[0]);
}

/** A column as the value of a row: a time as text, which has all its digits. */
function textually({ name, sqlType }: Column, from = ''): string {
  const column = `${from}${quoteIdentifier(name)}`;
  return sqlType.startsWith('TIMESTAMP') ? `CAST(${column} AS VARCHAR(32)) AS ${quoteIdentifier(name)}` : column;
}

function toRow(columns: readonly Column[], values: readonly Value[]): Row {
  return new Map(columns.map(({ name }, at) => [name, values[at] ?? null]));
}

/** The condition that a column has a value; undefined if no statement can say it. */
export function equals(column: Column, value: Value): string | undefined {
  const name = quoteIdentifier(column.name);
  if (value === null) return `${name} IS NULL`;
  const literal = literalOf(column, value);
  return literal === undefined ? undefined : `${name} = ${literal}`;
}

/** A record of staging, and where it comes from. */
export interface StagedRecord {
  readonly table: string;
  readonly values: Row;
  /** Whether it is the version of its record that counts. */
  readonly counts: boolean;
  readonly loadedAt: string;
  readonly runId: string | undefined;
  /** The file and line; undefined if the row does not say them. */
  readonly uri: string | undefined;
  readonly line: number | undefined;
}

/** The versions of records that fit a condition on the key of their staging table, those that count first. */
export async function findRecords(
  { model, warehouse }: LoadContext,
  table: Table,
  condition: string,
): Promise<readonly StagedRecord[]> {
  const own = table.columns.filter(({ hasDefault }) => !hasDefault);
  const sql = protocolSql(model, 'why_records')
    .sql.replaceAll('{columns}', () => own.map((column) => textually(column, 'versions.')).join(', '))
    .replaceAll('{rank}', () => rankOf(table))
    .replaceAll('{table}', () => quoteIdentifier(table.name))
    .replaceAll('{table_name}', () => quoteLiteral(table.name))
    .replaceAll('{base}', () => condition)
    .replaceAll('{most}', () => String(MOST_ROWS * 5));
  const { rows } = await ask(warehouse, { sql });
  return rows.map(([rank, loadedAt, runId, uri, line, ...values]) => ({
    table: table.name,
    values: toRow(own, values),
    counts: Number(rank) === 1,
    loadedAt: String(loadedAt),
    runId: runId === null ? undefined : String(runId),
    uri: uri === null ? undefined : String(uri),
    line: line === null ? undefined : Number(line),
  }));
}
