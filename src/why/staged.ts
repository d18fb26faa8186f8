import { withoutBlanks } from '../records/canonical.ts';
import type { Column, Table } from '../sql/catalogue.ts';
import { quoteIdentifier } from '../sql/render.ts';
import { plainColumn, readSimpleSelect, trimmedColumn } from '../sql/simple-select.ts';
import { type Token, withoutComments } from '../sql/tokens.ts';
import { comparable } from '../sql/versions.ts';
import type { Value } from '../warehouse/warehouse.ts';
import { literalOf } from './literal.ts';
import type { Row } from './rows.ts';

/** A condition on the rows of a staging table, and whether it names whole records: all of their versions. */
export interface StagedCondition {
  readonly sql: string;
  readonly isOfRecords: boolean;
}

/**
 * The rows of a staging table of which a row of its current table is made. Values of the staging table's key that the row has
 * unchanged are compared with their columns, which an engine finds fast; where these do not make up the key, what the SELECT
 * computes is compared. Undefined if the row tells nothing of them. A row may have some of the columns only.
 */
export function stagedCondition(current: Table, staging: Table, row: Row): StagedCondition | undefined {
  const items = readSimpleSelect(current.select?.sql ?? '')?.items ?? new Map<string, readonly Token[]>();
  const known = [...row].flatMap(([name, value]) => {
    const item = items.get(name);
    return item === undefined ? [] : [{ name, value, item, copied: copiedFrom(item, staging) }];
  });
  const ofKey = known.filter(({ copied }) => copied !== undefined && staging.key.includes(copied.name));
  const isWhole = staging.key.every((name) => ofKey.some(({ copied }) => copied?.name === name));
  const wanted = isWhole
    ? ofKey
    : known.filter(({ name, copied }) => current.key.includes(name) || copied !== undefined);
  const tests = wanted.map(({ name, value, item, copied }) =>
    copied === undefined ? computed(current, { name, value, item }) : same(copied, value),
  );
  const possible = tests.filter((test) => test !== undefined);
  return possible.length === 0 ? undefined : { sql: possible.join(' AND '), isOfRecords: isWhole };
}

/** The condition on all versions of a record, by the values of its key. */
export function recordCondition(staging: Table, record: Row): string | undefined {
  const tests = staging.columns
    .filter(({ name }) => staging.key.includes(name))
    .map((column) => same(column, record.get(column.name) ?? null));
  return tests.some((test) => test === undefined) ? undefined : `(${tests.join(' AND ')})`;
}

/** The key of the record of which a row of the current table is made, as `keyOf`; undefined if the row does not have it all. */
export function recordOf(current: Table, staging: Table, row: Row): string | undefined {
  const items = readSimpleSelect(current.select?.sql ?? '')?.items ?? new Map<string, readonly Token[]>();
  const copies = [...items].map(([name, item]) => [copiedFrom(item, staging)?.name, row.get(name) ?? null] as const);
  const values = new Map(copies.filter((copy): copy is readonly [string, Value] => copy[0] !== undefined));
  return staging.key.every((name) => values.has(name)) ? keyOf(staging, values) : undefined;
}

/** The key of a record as one text. Blanks at the end of a value do not count. */
export function keyOf({ key }: Table, values: Row): string {
  return JSON.stringify(key.map((name) => withoutBlanks(String(values.get(name) ?? ''))));
}

function copiedFrom(item: readonly Token[], staging: Table): Column | undefined {
  const name = plainColumn(item) ?? trimmedColumn(item);
  return staging.columns.find((column) => column.name === name);
}

function same(column: Column, value: Value): string | undefined {
  if (value === null) return `${quoteIdentifier(column.name)} IS NULL`;
  const text = column.type === 'varchar' ? withoutBlanks(String(value)) : value;
  const literal = literalOf(column, text);
  return literal === undefined ? undefined : `${comparable(column)} = ${literal}`;
}

function computed(
  { columns, select }: Table,
  { name, value, item }: { readonly name: string; readonly value: Value; readonly item: readonly Token[] },
): string | undefined {
  const column = columns.find((one) => one.name === name);
  const literal = value === null || column === undefined ? undefined : literalOf(column, value);
  const [first, last] = [item[0], item.at(-1)];
  return literal === undefined || first === undefined || last === undefined
    ? undefined
    : `${withoutComments(select?.sql.slice(first.at, last.at + last.text.length) ?? '')} = ${literal}`;
}
