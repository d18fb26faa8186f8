import type { Column } from './ddl.ts';

/** A type of columns: how a CREATE TABLE may spell it, and how the engines' catalogues do. */
interface SqlType {
  readonly written: readonly string[];
  readonly catalogued: RegExp;
}

const TYPES: readonly SqlType[] = [
  { written: ['VARCHAR', 'CHARACTER VARYING'], catalogued: /^(character varying|varchar)\b/i },
  { written: ['BIGINT', 'INT8'], catalogued: /^bigint$/i },
  { written: ['INTEGER', 'INT', 'INT4'], catalogued: /^integer$/i },
  { written: ['SMALLINT', 'INT2'], catalogued: /^smallint$/i },
  { written: ['DOUBLE PRECISION', 'FLOAT8', 'FLOAT'], catalogued: /^double( precision)?$/i },
  { written: ['REAL', 'FLOAT4'], catalogued: /^(real|float)$/i },
  { written: ['DECIMAL', 'NUMERIC'], catalogued: /^(numeric|decimal)\b/i },
  { written: ['BOOLEAN', 'BOOL'], catalogued: /^boolean$/i },
  { written: ['DATE'], catalogued: /^date$/i },
  { written: ['TIMESTAMP', 'TIMESTAMP WITHOUT TIME ZONE'], catalogued: /^timestamp( without time zone)?$/i },
  { written: ['TIMESTAMPTZ', 'TIMESTAMP WITH TIME ZONE'], catalogued: /^timestamp with time zone$/i },
];

/** Whether a catalogue's name for a type is that of a type as it is written. Of other types it is taken for granted. */
export function isCatalogued(written: string, found: string): boolean {
  return TYPES.find(({ written: spellings }) => spellings.includes(written))?.catalogued.test(found) ?? true;
}

/** Whether a catalogue's name for a type is that of a column's, with the same digits. */
export function isOfType({ sqlType, digits }: Pick<Column, 'sqlType' | 'digits'>, found: string): boolean {
  const [, foundDigits] = /^(?:numeric|decimal)\(([\d,]*)\)$/i.exec(found.replaceAll(' ', '')) ?? [];
  return isCatalogued(sqlType, found) && (foundDigits === undefined || digits === foundDigits);
}

/** AWS: "Character types", "Numeric types": the most that Redshift takes. */
export const MOST_BYTES = 65_535;
const MOST_DIGITS = 38;

/** What to write instead of types that an engine has not, or reads in another way. */
const INSTEAD: Readonly<Record<string, string>> = {
  VARCHAR: 'VARCHAR(n) with n in bytes: Redshift takes 256 without a length',
  'CHARACTER VARYING': 'VARCHAR(n) with n in bytes',
  TEXT: 'VARCHAR(n) with n in bytes: on Redshift TEXT holds 256',
  STRING: 'VARCHAR(n) with n in bytes',
  CHAR: 'VARCHAR(n): engines differ in the blanks at the end of CHAR',
  CHARACTER: 'VARCHAR(n): engines differ in the blanks at the end of CHAR',
  FLOAT: 'DOUBLE PRECISION: on DuckDB FLOAT has half of its digits',
  REAL: 'DOUBLE PRECISION',
  DECIMAL: 'DECIMAL(p, s): without digits each engine takes others',
  NUMERIC: 'DECIMAL(p, s): without digits each engine takes others',
  TIMESTAMPTZ: 'TIMESTAMP: all times are UTC',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP: all times are UTC',
  DATETIME: 'TIMESTAMP',
  INT64: 'BIGINT',
  SUPER: 'VARCHAR(n), or a column for each value',
  JSON: 'VARCHAR(n), or a column for each value',
};

/** The types of current and star tables. */
const ALLOWED = new Set([
  ...['BIGINT', 'INT8', 'INTEGER', 'INT', 'INT4', 'SMALLINT', 'INT2', 'DOUBLE PRECISION', 'FLOAT8'],
  ...['BOOLEAN', 'BOOL', 'DATE', 'TIMESTAMP', 'TIMESTAMP WITHOUT TIME ZONE'],
]);

/** What to write instead of a column's type; undefined if every engine has it. */
export function otherType({
  sqlType,
  maxBytes,
  digits,
}: Pick<Column, 'sqlType' | 'maxBytes' | 'digits'>): string | undefined {
  if (maxBytes !== undefined) {
    return maxBytes > 0 && maxBytes <= MOST_BYTES ? undefined : `VARCHAR(n) with n from 1 to ${MOST_BYTES}`;
  }
  if (digits !== undefined) {
    const [precision = 0, scale = 0] = digits.split(',').map(Number);
    const isRight = precision > 0 && precision <= MOST_DIGITS && scale >= 0 && scale <= precision;
    return isRight ? undefined : `DECIMAL(p, s) with p up to ${MOST_DIGITS} and s up to p`;
  }
  return ALLOWED.has(sqlType) ? undefined : (INSTEAD[sqlType] ?? ALL_TYPES);
}

const ALL_TYPES = 'VARCHAR(n), BIGINT, INTEGER, SMALLINT, DOUBLE PRECISION, DECIMAL(p, s), BOOLEAN, DATE or TIMESTAMP';
