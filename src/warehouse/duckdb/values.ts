import { type DuckDBResultReader, DuckDBTypeId, type DuckDBValue } from '@duckdb/node-api';
import type { ResultSet, Value } from '../warehouse.ts';

/** A statement's rows in the form every engine returns (Value). */
export function toResultSet(reader: DuckDBResultReader): ResultSet {
  const types = reader.columnTypes().map((type) => type.typeId);
  return {
    columns: reader.columnNames(),
    rows: reader.getRows().map((row) => row.map((value, column) => toValue(value, types[column]))),
  };
}

function toValue(value: DuckDBValue, type: DuckDBTypeId | undefined): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') {
    return value;
  }
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  if (type === DuckDBTypeId.TIMESTAMP || type === DuckDBTypeId.TIMESTAMP_TZ) {
    return timestamp(String(value));
  }
  return type === DuckDBTypeId.DECIMAL ? decimal(String(value)) : String(value);
}

/** `YYYY-MM-DD HH:MM:SS.mmm`, in UTC as the session is: always three digits, further ones cut. */
function timestamp(text: string): string {
  const [whole = '', fraction = ''] = text.replace(/\+00$/, '').split('.');
  return `${whole}.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

/** A number where a double holds all its digits, else its text. */
function decimal(text: string): Value {
  const digits = text.replace(/[^0-9]/g, '').replace(/^0+/, '');
  return digits.length <= 15 ? Number(text) : text;
}
