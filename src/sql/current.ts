import type { Column, Table } from './catalogue.ts';
import { parseColumns } from './ddl.ts';
import { isAside, STAMP } from './design.ts';
import { quoteIdentifier } from './render.ts';
import { columnsUsed, plainColumn, readSimpleSelect } from './simple-select.ts';
import type { Token } from './tokens.ts';
import { fileOf, type NamedSql } from './written.ts';

/**
 * The tables of a model, with a current table for each staging table for which it has none, and with what is known of the
 * columns of current tables.
 */
export function completed(tables: readonly Table[]): readonly Table[] {
  const staging = tables.filter(({ role }) => role === 'staging');
  const before = tables.filter(({ role }) => role === 'control' || role === 'staging');
  const current = tables.filter(({ role }) => role === 'current');
  const implied = staging
    .filter(({ name }) => !current.some(({ of }) => of === name))
    .map(impliedCurrent)
    .filter(({ name }) => !current.some((own) => own.name === name));
  const known = [...current, ...implied].map((table) => ({ ...table, steady: steadyOf(table, staging) }));
  return [...before, ...known, ...tables.filter(({ role }) => role === 'star')];
}

/** The key, and what else is made of the staging table's key. Of text there are none: versions may differ in trailing blanks. */
function steadyOf({ of, key, select }: Table, staging: readonly Table[]): readonly string[] {
  const source = staging.find(({ name }) => name === of);
  const kept = source?.columns.filter(({ name, type }) => source.key.includes(name) && type !== 'varchar') ?? [];
  const items = [...(readSimpleSelect(select?.sql ?? '')?.items ?? [])];
  const copies = items.filter(([, item]) => isSteady(item));
  return [...new Set([...key, ...copies.map(([name]) => name)])];

  /** A copy, or a function of whole numbers and times: two DOUBLE values can be equal and differ as text, 0 and -0. */
  function isSteady(item: readonly Token[]): boolean {
    const used = columnsUsed(item, source?.columns ?? []);
    const isFunction = used.every(({ name, type }) => type !== 'double' && kept.some((one) => one.name === name));
    return kept.some(({ name }) => name === plainColumn(item)) || (used.length > 0 && isFunction);
  }
}

/** The key of a table that is made for a staging table whose key is several columns, or one that could be NULL. */
const ROW_ID = 'row_id';

/**
 * The current table of a staging table for which the model has none: `current_orders` for `staging_orders`, with the same
 * columns. Trailing blanks of the key are cut, because Redshift ignores them. If no single column that cannot be NULL is
 * the key, `row_id` is: a digest of the key's values.
 */
function impliedCurrent(staging: Table): Table {
  const columns = staging.columns.filter(({ name }) => name !== STAMP && !isAside(name));
  const keys = columns.filter(({ name }) => staging.key.includes(name));
  const [only] = keys;
  const isOwn = only?.notNull === true && keys.length === 1;
  const name = `current_${staging.name.replace(/^staging_/, '')}`;
  const lines = [...(isOwn ? [] : [`${ROW_ID} VARCHAR(32) NOT NULL`]), ...columns.map(toSql)];
  const create = statement(`CREATE TABLE ${name} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)`);
  const values = columns.map(
    (column) =>
      `${isOwn && column === only ? trimmed(column) : quoteIdentifier(column.name)} AS ${quoteIdentifier(column.name)}`,
  );
  const select = `SELECT ${[...(isOwn ? [] : [`${digest(keys)} AS ${ROW_ID}`]), ...values].join(', ')}\nFROM ${quoteIdentifier(staging.name)}`;
  return {
    name,
    role: 'current',
    columns: parseColumns(create.sql, name).map((column) => {
      const source = columns.find((one) => one.name === column.name);
      const comment = column.name === ROW_ID ? 'A digest of the key of the record.' : source?.comment;
      return { ...column, comment, ...(source?.was === undefined ? {} : { was: source.was }) };
    }),
    comment: `For each record of ${staging.name}, the version that counts.`,
    create,
    designs: new Map(),
    select: statement(select),
    of: staging.name,
    affectedBy: [],
    affected: undefined,
    source: undefined,
    kept: false,
    key: [isOwn ? only.name : ROW_ID],
    time: staging.time,
    steady: [],
    sampledBy: [],
    ignored: [],
  };

  function statement(sql: string): NamedSql {
    return { name, sql, written: [{ file: fileOf(staging.create), from: 1, to: 1 }] };
  }
}

function toSql({ name, type, maxBytes, notNull }: Column): string {
  const types = {
    varchar: `VARCHAR(${maxBytes})`,
    bigint: 'BIGINT',
    double: 'DOUBLE PRECISION',
    timestamp: 'TIMESTAMP',
    other: '',
  };
  return `${name} ${types[type]}${notNull ? ' NOT NULL' : ''}`;
}

function trimmed({ name, type }: Column): string {
  return type === 'varchar' ? `RTRIM(${quoteIdentifier(name)}, ' ')` : quoteIdentifier(name);
}

/** A digest of values in which NULL and '' differ and no two lists of values are alike. -0 + 0 is 0, which it equals. */
function digest(columns: readonly Column[]): string {
  const values = columns.map((column) => {
    const value = `${quoteIdentifier(column.name)}${column.type === 'double' ? ' + 0' : ''}`;
    const text = column.type === 'varchar' ? trimmed(column) : `CAST(${value} AS VARCHAR(40))`;
    return `COALESCE(CAST(LENGTH(${text}) AS VARCHAR(5)) || ':' || ${text}, '-')`;
  });
  return `MD5(${values.join(' || ')})`;
}
