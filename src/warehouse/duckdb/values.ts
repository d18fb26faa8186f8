import type { DuckDBResult, DuckDBResultReader, DuckDBValue, DuckDBTypeId as TypeId } from '@duckdb/node-api';
import { DuckDBTypeId } from '../reader/driver.ts';
import { decimalValue, integerValue, timestampValue } from '../values.ts';
import type { ResultSet, Value } from '../warehouse.ts';

/** A statement's rows in the form that every engine returns (Value). */
export function toResultSet(reader: DuckDBResultReader): ResultSet {
  return { columns: reader.columnNames(), rows: toRows(reader, reader.getRows()) };
}

/** Some or all rows of a result, in that form. */
export function toRows(
  result: Pick<DuckDBResult, 'columnTypes'>,
  rows: readonly (readonly DuckDBValue[])[],
): ResultSet['rows'] {
  const types = result.columnTypes().map((type) => type.typeId);
  return rows.map((row) => row.map((value, column) => toValue(value, types[column])));
}

function toValue(value: DuckDBValue, type: TypeId | undefined): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') {
    return value;
  }
  if (typeof value === 'bigint') {
    return integerValue(value);
  }
  if (type === DuckDBTypeId.TIMESTAMP || type === DuckDBTypeId.TIMESTAMP_TZ) {
    return timestampValue(String(value));
  }
  return type === DuckDBTypeId.DECIMAL ? decimalValue(String(value)) : String(value);
}
