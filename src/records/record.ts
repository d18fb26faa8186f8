import { type Column, loadedColumns, type Table } from '../sql/catalogue.ts';
import { RESCUED } from '../sql/design.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import { withoutBlanks } from './canonical.ts';
import { doubleMisfit } from './doubles.ts';
import type { FramedFile } from './framed.ts';
import { pathReader, Unreadable } from './paths.ts';
import { rescuer } from './rescue.ts';
import { wantedKeys } from './wanted-keys.ts';

/**
 * What a record holds for a column: its value as text, as COPY takes it; undefined for null and for a missing value; or
 * why it cannot be read.
 */
export type FieldText = string | undefined | Unreadable;

/** A value that does not fit its column. */
export interface FieldProblem {
  readonly column: string;
  readonly reason: string;
  /** The reason without the value, if `reason` contains it. */
  readonly plain?: string | undefined;
}

/**
 * Returns a function that returns the texts of a record's fields, one for each loaded column. It finds them by paths
 * or, without paths, at the spellings of their names; the column for unknown keys gets those of the record. The record must be well-formed and without line breaks.
 */
export function fieldReader(
  table: Table,
  paths: readonly JsonPath[] | undefined,
  spellings: FramedFile['spellings'],
  isKept?: () => boolean,
): (record: string) => readonly FieldText[] {
  const columns = loadedColumns(table);
  const places = columns.map(
    ({ name }, index) => paths?.slice(index, index + 1) ?? (spellings.get(name) ?? []).map((key) => [key]),
  );
  const read = pathReader(places.flat());
  const wanted = wantedKeys(table, paths, isKept);
  const { rescue } = wanted;
  const rescued = rescue && rescuer(wanted, rescue);
  return (record) => {
    const found = [...read(record)];
    return columns.map(({ name, type }, index) => {
      if (name === RESCUED) return rescue?.isOn() === true ? rescued?.(record) : undefined;
      const value = found.splice(0, places[index]?.length).find((one) => one !== undefined);
      return typeof value === 'string' ? toText(value, type) : value;
    });
  };
}

/** Why a record cannot be loaded: one problem for each field that does not fit its column. */
export function checkFields(fields: readonly FieldText[], table: Table): readonly FieldProblem[] {
  return loadedColumns(table).flatMap((column, index) => {
    const misfit = checkField(fields[index], column);
    return misfit === undefined ? [] : [{ column: column.name, ...misfit }];
  });
}

type Misfit = Pick<FieldProblem, 'reason' | 'plain'>;

function checkField(text: FieldText, column: Column): Misfit | undefined {
  if (text instanceof Unreadable) {
    return { reason: text.reason };
  }
  if (column.type === 'varchar') {
    return checkText(text, column);
  }
  if (text === undefined || /^[ \t\n\v\f\r]*$/.test(text)) {
    return column.notNull ? { reason: MISSING } : undefined;
  }
  if (column.type === 'timestamp') {
    return isTime(text) ? undefined : misfit(text, { reason: `${quote(text)} is no time such as 2024-01-31 10:00:00` });
  }
  return column.type === 'bigint' ? checkWhole(text, column) : checkReal(text);
}

/** A time as every engine's COPY reads it: up to microseconds, without a zone. */
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/;

function isTime(text: string): boolean {
  const instant = new Date(`${text.slice(0, 19).replace(' ', 'T')}Z`);
  const isReal = TIME.test(text) && text >= '0001' && !Number.isNaN(instant.getTime());
  // The 30th of February would be another day.
  return isReal && instant.toISOString().slice(0, 19).replace('T', ' ') === text.slice(0, 19);
}

/** The reason for refusing a field without a value. */
export const MISSING = 'the value is missing, but the column requires one';

function checkText(text: string | undefined, { maxBytes = 0, notNull }: Column): Misfit | undefined {
  if (text === undefined) {
    return notNull ? { reason: MISSING } : undefined;
  }
  // Blanks beyond the column's length are cut.
  const bytes = Buffer.byteLength(withoutBlanks(text));
  return bytes > maxBytes ? { reason: tooLong(bytes, maxBytes) } : undefined;
}

/** Why a text of so many bytes is refused. */
export function tooLong(bytes: number, maxBytes: number): string {
  return `${bytes} bytes of text, but the column holds ${maxBytes}`;
}

function checkWhole(text: string, { range }: Column): Misfit | undefined {
  if (!/^[+-]?\d+$/.test(text)) {
    return misfit(text, { reason: `${quote(text)} is not a whole number` });
  }
  const value = BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(64, value) !== value) {
    return misfit(text, { reason: `${quote(text)} does not fit 64 bits` });
  }
  const [least, most] = range ?? [value, value];
  return value >= least && value <= most
    ? undefined
    : misfit(text, { reason: `${quote(text)} is not between ${least} and ${most}` });
}

function checkReal(text: string): Misfit | undefined {
  const reason = doubleMisfit(text);
  return reason === undefined ? undefined : misfit(text, { reason: `${quote(text)} ${reason}` });
}

function misfit(text: string, { reason }: Misfit): Misfit {
  return { reason, plain: `the value${reason.slice(quote(text).length)}` };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** A JSON value as text. */
function toText(json: string, type: Column['type']): FieldText {
  if (json.startsWith('"')) {
    return JSON.parse(json);
  }
  if (type === 'bigint') {
    return json.replace(/^(-?\d+)\.0+$/, '$1');
  }
  return type === 'double' ? numberText(json) : json;
}

/** Integers keep their digits. Other numbers become the shortest text of their double: 1e3 becomes 1000.0. */
function numberText(json: string): string {
  const value = Number(json);
  if (/^-?\d+$/.test(json) || doubleMisfit(json) !== undefined) {
    return json;
  }
  const text = (Object.is(value, -0) ? '-0' : String(value)).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
}
