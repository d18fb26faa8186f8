import { UsageError } from '../errors.ts';
import { type Column, derivedTables, type Model, type Table } from '../sql/catalogue.ts';
import { givenLiteral } from './literal.ts';
import type { Row } from './rows.ts';

/** The table that is asked for. Throws UsageError if the model has no such current or star table. */
export function tableAsked(model: Model, name: string): Table {
  const tables = derivedTables(model);
  const table = tables.find((one) => one.name === name.toLowerCase());
  if (table === undefined) {
    const names = tables.toReversed().map((one) => one.name);
    throw new UsageError(`the model has no table ${name} that is made of staging`, {
      next: `The tables are: ${names.join(', ')}.`,
    });
  }
  return table;
}

/**
 * The key that is asked for: one value for each column of the table's key, in their order, or `column=value`. Throws
 * UsageError for anything else.
 */
export function keyAsked(table: Table, given: readonly string[]): Row {
  const columns = table.columns.filter(({ name }) => table.key.includes(name));
  const named = given.map((text) => namedValue(text, table));
  const isNamed = columns.length > 0 && named.length === columns.length && named.every((one) => one !== undefined);
  const values = isNamed ? new Map(named) : new Map(columns.map(({ name }, at) => [name, given[at]] as const));
  const isWhole = given.length === columns.length && columns.every(({ name }) => values.get(name) !== undefined);
  if (!isWhole) {
    const example = columns.map(({ name }) => name.toUpperCase()).join(' ');
    throw new UsageError(`the key of ${table.name} is ${columns.map(({ name }) => name).join(', ')}`, {
      next: `Give one value for each, in this order, or as column=value: npm run why -- ${table.name} ${example}.`,
    });
  }
  return new Map(columns.map((column) => [column.name, checked(column, values.get(column.name) ?? '')]));
}

function namedValue(text: string, { key }: Table): readonly [string, string] | undefined {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at)).toLowerCase();
  return key.includes(name) ? [name, text.slice(at + 1)] : undefined;
}

function checked(column: Column, text: string): string {
  givenLiteral(column, text);
  return text;
}
