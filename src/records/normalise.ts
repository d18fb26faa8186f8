import { doubleMisfit } from './doubles.ts';
import { membersOf } from './json-text.ts';

/** The kind of a record's value: text, an integer, a double, or anything else. */
export type ValueKind = 'text' | 'whole' | 'real' | 'any';

/** A record with a value that some engine might accept although it does not fit its column. */
export class UnfitRecord extends Error {
  readonly column: string;

  constructor(column: string, reason: string) {
    super(reason);
    this.column = column;
  }
}

/**
 * Returns a record whose values mean the same to every engine: a non-string value for a text column becomes a string of
 * its source text, an integer loses its fraction of zeros, a value that is not an integer becomes a string, which no
 * engine accepts as an integer, and a double's `-0` becomes `-0.0`. The record must be well-formed and without line
 * breaks. `kindOf` receives a first-level key, decoded. Throws UnfitRecord for a value that is not a double.
 */
export function normaliseRecord(record: string, kindOf: (key: string) => ValueKind): string {
  const members: string[] = [];
  for (const { key, from, to } of membersOf(record, 0)) {
    const name = JSON.parse(key);
    members.push(`${key}:${normaliseValue(record.slice(from, to), kindOf(name), name)}`);
  }
  return `{${members.join(',')}}`;
}

/** A value as normaliseRecord writes it, for a column or key of this name. */
export function normaliseValue(value: string, kind: ValueKind, name: string): string {
  if (kind === 'any' || value === 'null') return value;
  const isString = value.startsWith('"');
  if (kind === 'text') return isString ? value : JSON.stringify(value);
  const text: string = isString ? JSON.parse(value) : value;
  if (kind === 'real') return checkReal(value, text, name);
  const [, minus, digits] = (isString ? WHOLE_TEXT : WHOLE).exec(text) ?? [];
  if (digits === undefined) return isString ? value : JSON.stringify(value);
  return isString ? `"${minus ?? ''}${digits}"` : `${minus ?? ''}${digits}`;
}

/** A JSON number, possibly with a fraction of zeros. */
const WHOLE = /^(-)?(\d+)(?:\.0+)?$/;
/** The text of an integer, possibly with a plus sign and leading zeros. It is written without them. */
const WHOLE_TEXT = /^(?:(-)|\+)?0*(\d{1,19})$/;

function checkReal(value: string, text: string, name: string): string {
  const misfit = doubleMisfit(text);
  if (misfit !== undefined) throw new UnfitRecord(name, misfit);
  // DuckDB first parses it as an integer, and integers have no negative zero.
  return value === '-0' ? '-0.0' : value;
}
