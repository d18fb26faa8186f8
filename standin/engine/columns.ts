import type pg from 'pg';
import type { ColumnInfo } from '../executor.ts';

/** PostgreSQL's type numbers, with typeName and precision as in the Data API's metadata (Data API). */
const TYPES: Readonly<Record<number, readonly [string, number, number]>> = {
  16: ['bool', 1, 0],
  19: ['name', 63, 0],
  20: ['int8', 19, 0],
  21: ['int2', 5, 0],
  23: ['int4', 10, 0],
  25: ['varchar', 65_535, 0],
  26: ['oid', 10, 0],
  700: ['float4', 8, 8],
  701: ['float8', 17, 17],
  1042: ['varchar', 65_535, 0],
  1043: ['varchar', 65_535, 0],
  1082: ['date', 13, 0],
  1083: ['time', 15, 6],
  1114: ['timestamp', 29, 6],
  1184: ['timestamptz', 35, 6],
  1186: ['interval', 49, 6],
  1266: ['timetz', 21, 6],
};

const BPCHAR = 1042;
const NUMERIC = 1700;

/**
 * Describes a result column. A VARCHAR is a bpchar without length here; its precision is known for plain columns only.
 */
export function describeColumn(field: pg.FieldDef, varcharBytes: number | undefined): ColumnInfo {
  const { name, dataTypeID, dataTypeModifier: typmod } = field;
  if (dataTypeID === NUMERIC) {
    const [precision, scale] = typmod < 0 ? [38, 0] : [((typmod - 4) >> 16) & 0xffff, (typmod - 4) & 0x7ff];
    return { name, typeName: 'numeric', precision, scale };
  }
  if (dataTypeID === BPCHAR && typmod > 0) return { name, typeName: 'bpchar', precision: typmod - 4, scale: 0 };
  const [typeName, precision, scale] = TYPES[dataTypeID] ?? ['varchar', 65_535, 0];
  return { name, typeName, precision: typeName === 'varchar' ? (varcharBytes ?? precision) : precision, scale };
}

/** Whether to look up the length of a column: only for a VARCHAR taken directly from a table. */
export function hasLength({ dataTypeID, dataTypeModifier, tableID }: pg.FieldDef): boolean {
  return dataTypeID === BPCHAR && dataTypeModifier < 0 && tableID !== 0;
}
