import type { ColumnMetadata, Field } from '@aws-sdk/client-redshift-data';
import { decimalValue, integerValue, timestampValue } from '../values.ts';
import type { ResultSet, Value } from '../warehouse.ts';

/** A page of a result as the Data API sends it. */
export interface ResultPage {
  readonly ColumnMetadata?: readonly ColumnMetadata[] | undefined;
  readonly Records?: readonly (readonly Field[])[] | undefined;
}

/** A page of a result in the form that every engine returns (Value). */
export function toResultSet(columns: readonly ColumnMetadata[], { Records = [] }: ResultPage): ResultSet {
  return {
    columns: columns.map(({ label, name }) => label ?? name ?? ''),
    rows: Records.map((record) => record.map((field, column) => toValue(field, columns[column]?.typeName ?? ''))),
  };
}

function toValue(field: Field, type: string): Value {
  if (field.isNull === true) {
    return null;
  }
  if (field.stringValue !== undefined) {
    return fromText(field.stringValue, type);
  }
  return field.longValue ?? field.doubleValue ?? field.booleanValue ?? blob(field.blobValue);
}

/** DECIMAL, dates and times arrive as text; so do integers beyond 2^53 (exact-integers.ts). */
function fromText(text: string, type: string): Value {
  if (/^int[248]$/.test(type)) {
    return integerValue(BigInt(text));
  }
  if (type === 'numeric') {
    return decimalValue(text);
  }
  return type === 'timestamp' || type === 'timestamptz' ? timestampValue(text) : text;
}

function blob(bytes: Uint8Array | undefined): Value {
  return bytes === undefined ? null : Buffer.from(bytes).toString('base64');
}
