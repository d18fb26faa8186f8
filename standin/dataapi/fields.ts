import type { ColumnInfo } from '../executor.ts';
import { Raw, type Wire } from './wire.ts';

type Convert = (text: string) => Wire;

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

const long: Convert = (text) => ({ longValue: new Raw(text) });
// NaN and the infinities are not JSON numbers; AWS JSON writes them as text.
const double: Convert = (text) => ({ doubleValue: JSON_NUMBER.test(text) ? new Raw(text) : text });
const boolean: Convert = (text) => ({ booleanValue: text === 't' || text === 'true' });

const CONVERT: Readonly<Record<string, Convert>> = {
  int2: long,
  int4: long,
  int8: long,
  oid: long,
  float4: double,
  float8: double,
  bool: boolean,
};

/**
 * A value as a Field: longValue for integers, doubleValue for floats, booleanValue for booleans, and stringValue for the
 * rest, including DECIMAL and timestamps (AWS page "Calling the Data API": JDBC data type mapping). NULL of any type is
 * isNull.
 */
export function field(text: string | null, { typeName }: ColumnInfo, zeroFraction: boolean): Wire {
  if (text === null) {
    return { isNull: true };
  }
  if (typeName === 'timestamp') {
    return { stringValue: zeroFraction && /:\d\d$/.test(text) ? `${text}.0` : text };
  }
  return CONVERT[typeName]?.(text) ?? { stringValue: text };
}

const SIGNED = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric']);
const CASE_SENSITIVE = new Set(['varchar', 'bpchar', 'text', 'name', 'char']);

/** The table of a column; results of expressions have none. */
export interface ColumnPlace {
  readonly schema: string;
  readonly table: string;
  readonly length: number;
  readonly nullable: boolean;
}

const RESULT: ColumnPlace = { schema: '', table: '', length: 0, nullable: true };

/** ColumnMetadata of a result column (samples in the AWS page "Calling the Data API"). */
export function resultColumn(column: ColumnInfo): Wire {
  return { ...metadata(column, RESULT), label: column.name };
}

/** ColumnMetadata of a table's column; the samples of DescribeTable have no label. */
export function tableColumn(column: ColumnInfo, place: ColumnPlace): Wire {
  return metadata(column, place);
}

function metadata(column: ColumnInfo, place: ColumnPlace): Readonly<Record<string, Wire>> {
  return {
    isCaseSensitive: CASE_SENSITIVE.has(column.typeName),
    isCurrency: false,
    isSigned: SIGNED.has(column.typeName),
    length: place.length,
    name: column.name,
    nullable: place.nullable ? 1 : 0,
    precision: column.precision,
    scale: column.scale,
    schemaName: place.schema,
    tableName: place.table,
    typeName: column.typeName,
  };
}
