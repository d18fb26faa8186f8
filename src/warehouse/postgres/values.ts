import type { CustomTypesConfig, QueryArrayResult } from 'pg';
import { decimalValue, integerValue, timestampValue } from '../values.ts';
import type { ResultSet, Value } from '../warehouse.ts';

/** Type numbers (pg_type.oid), which PostgreSQL never changes. */
const PARSERS: ReadonlyMap<number, (text: string) => Value> = new Map<number, (text: string) => Value>([
  [16, (text) => text === 't'],
  [20, (text) => integerValue(BigInt(text))],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, Number],
  [701, Number],
  [1114, timestampValue],
  [1184, timestampValue],
  [1700, decimalValue],
]);

const asText = (text: string): Value => text;

/** How pg parses values: into the form that every engine returns (Value). */
export const typeParsers: CustomTypesConfig = {
  getTypeParser: ((oid: number) => PARSERS.get(oid) ?? asText) as CustomTypesConfig['getTypeParser'],
};

/** A statement's rows in the form that every engine returns. */
export function toResultSet({ fields, rows }: QueryArrayResult<Value[]>): ResultSet {
  return { columns: fields.map(({ name }) => name), rows };
}
