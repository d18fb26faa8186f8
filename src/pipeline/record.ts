import { kindOf } from '../objects/frame-keys.ts';
import { normaliseRecord } from '../objects/normalise.ts';
import { type Column, loadedColumns, type Table } from '../sql/catalogue.ts';
import type { Mapping } from '../warehouse/warehouse.ts';
import { wantedKeys } from './wanted-keys.ts';

/** What a record holds for a column: its value as text, as COPY takes it; undefined for null and for nothing. */
export type FieldText = string | undefined;

/** A value that does not fit its column. */
export interface FieldProblem {
  readonly column: string;
  readonly reason: string;
}

/** Gives the texts of a record's fields, one for each loaded column. The record must be well-formed. */
export function fieldReader(table: Table, mapping: Mapping): (record: string) => readonly FieldText[] {
  const kind = kindOf(wantedKeys(table, mapping.kind === 'paths' ? mapping.paths : undefined));
  const columns = loadedColumns(table).map(({ name, type }, index) => ({
    type,
    paths:
      mapping.kind === 'paths' ? [mapping.paths[index] ?? []] : (mapping.spellings.get(name) ?? []).map((key) => [key]),
  }));
  return (record) => {
    const value = parseKeepingNumbers(normaliseRecord(record, kind));
    return columns.map(({ type, paths }) =>
      paths.map((path) => toText(walk(value, path), type)).find((text) => text !== undefined),
    );
  };
}

/** Why a record cannot be loaded: a problem for every field that does not fit its column. */
export function checkFields(fields: readonly FieldText[], table: Table): readonly FieldProblem[] {
  return loadedColumns(table).flatMap((column, index) => {
    const reason = checkField(fields[index], column);
    return reason === undefined ? [] : [{ column: column.name, reason }];
  });
}

function checkField(text: FieldText, column: Column): string | undefined {
  if (column.type === 'varchar') {
    return checkText(text, column);
  }
  if (text === undefined || /^[ \t\n\v\f\r]*$/.test(text)) {
    return column.notNull ? MISSING : undefined;
  }
  return column.type === 'bigint' ? checkWhole(text, column) : checkReal(text);
}

/** Why a field without a value is refused. */
export const MISSING = 'the value is missing, and the column must have one';

function checkText(text: FieldText, { maxBytes = 0, notNull }: Column): string | undefined {
  if (text === undefined) {
    return notNull ? MISSING : undefined;
  }
  // Blanks beyond the column's end are cut.
  const bytes = Buffer.byteLength(text.replace(/ +$/, ''));
  return bytes > maxBytes ? `${bytes} bytes of text, and the column holds ${maxBytes}` : undefined;
}

function checkWhole(text: string, { range }: Column): string | undefined {
  if (!/^[+-]?\d+$/.test(text)) {
    return `${quote(text)} is not a whole number`;
  }
  const value = BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(64, value) !== value) {
    return `${quote(text)} does not fit 64 bits`;
  }
  const [least, most] = range ?? [value, value];
  return value >= least && value <= most ? undefined : `${quote(text)} is not between ${least} and ${most}`;
}

function checkReal(text: string): string | undefined {
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text);
  return isNumber && Number.isFinite(Number(text))
    ? undefined
    : `${quote(text)} is not a number that a double can hold`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** A number of JSON, with its digits as they were written: a double would lose some. */
class NumberText {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

const NUMBER_MARK = '\u0000number:';
const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON.parse, but numbers keep their digits. */
function parseKeepingNumbers(json: string): unknown {
  const marked = json.replace(STRINGS_AND_NUMBERS, (token) =>
    token.startsWith('"') ? token : JSON.stringify(NUMBER_MARK + token),
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(NUMBER_MARK)
      ? new NumberText(value.slice(NUMBER_MARK.length))
      : value,
  );
}

function walk(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, token) =>
      isContainer(inner) && Object.hasOwn(inner, token) && !isLength(inner, token) ? inner[token] : undefined,
    value,
  );
}

/** An array's own length is no element of it. */
function isLength(inner: unknown, token: string | number): boolean {
  return Array.isArray(inner) && token === 'length';
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof NumberText);
}

function toText(value: unknown, type: Column['type']): FieldText {
  if (value === null || value === undefined) {
    return undefined;
  }
  if (value instanceof NumberText) {
    return type === 'bigint' ? value.digits.replace(/\.0+$/, '') : numberText(value.digits);
  }
  return typeof value === 'string'
    ? value
    : JSON.stringify(value, (_, inner) => (inner instanceof NumberText ? Number(inner.digits) : inner));
}

/** Whole numbers keep their digits; others become the shortest text of the double they are, 1e3 becomes 1000.0. */
function numberText(digits: string): string {
  const value = Number(digits);
  if (/^-?\d+$/.test(digits) || !Number.isFinite(value)) {
    return digits;
  }
  const text = (Object.is(value, -0) ? '-0' : String(value)).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
}
