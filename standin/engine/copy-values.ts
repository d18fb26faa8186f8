import type { CopyStatement } from './copy-statement.ts';
import type { Uncertain } from './options.ts';

/** A column that COPY fills. `type` is the PostgreSQL name of its base type. */
export interface TargetColumn {
  readonly name: string;
  readonly type: string;
  /** Bytes of a VARCHAR or CHAR. */
  readonly length: number | undefined;
  readonly precision: number;
  readonly scale: number;
  readonly notNull: boolean;
}

/**
 * A value that does not fit its column: a row of the load-error views. AWS: "Load error reference"; page "Load error
 * reference".
 */
export class ValueError extends Error {
  readonly code: number;
  readonly position: number;

  constructor(code: number, message: string, position = 0) {
    super(message);
    this.code = code;
    this.position = position;
  }
}

export interface Rules {
  readonly copy: CopyStatement;
  readonly uncertain: Uncertain;
}

/** The text of a JSON value, and whether it was a JSON string. */
interface Source {
  readonly text: string;
  readonly isString: boolean;
}

/** A JSON value as PostgreSQL's text for the column, or null. `raw` is its original spelling. Throws ValueError. */
export function convert(raw: string | undefined, column: TargetColumn, rules: Rules): string | null {
  const value = raw === undefined || raw === 'null' ? null : convertPresent(raw, column, rules);
  if (value === null && column.notNull) throw new ValueError(1213, 'Missing data for not-null field');
  return value;
}

function convertPresent(raw: string, column: TargetColumn, rules: Rules): string | null {
  const isString = raw.startsWith('"');
  const text = isString ? (JSON.parse(raw) as string) : raw;
  if (text.includes('\0')) return convertNul(text, column, rules);
  if (column.type === 'bpchar' || column.type === 'character') return convertText({ text, isString }, column, rules);
  // page "COPY from JSON format": for other types an empty or blank text is always NULL. The page does not say which
  // characters are blanks; here they are ASCII blanks.
  if (isString && /^[\t-\r ]*$/.test(text)) return null;
  const read = READERS.get(column.type);
  if (read === undefined) throw new ValueError(1223, `Invalid data type ${column.type}`);
  return read({ text, isString }, column, rules);
}

/** Uncertain (page "COPY from JSON format"): refused, unless the option says that the text ends at this point. */
function convertNul(text: string, column: TargetColumn, rules: Rules): string | null {
  if (rules.uncertain.nul === 'refuse') {
    throw new ValueError(
      1220,
      'String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: 00 (error 3)',
    );
  }
  return convertPresent(JSON.stringify(text.slice(0, text.indexOf('\0'))), column, rules);
}

function convertText({ text, isString }: Source, column: TargetColumn, { copy, uncertain }: Rules): string | null {
  if (isString && text === '' && copy.emptyAsNull) return null;
  if (isString && text !== '' && text.trim() === '' && copy.blanksAsNull) return null;
  const value = !isString && uncertain.numberText === 'normalised' && /^[-\d]/.test(text) ? String(Number(text)) : text;
  if (/\p{Cs}/u.test(value)) {
    throw new ValueError(
      1220,
      'String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: ed a0 80 (error 4)',
    );
  }
  return fitLength(value, column, copy);
}

/** page "COPY from JSON format": lengths are in bytes; CHAR takes single-byte characters only; surplus blanks are cut. */
function fitLength(value: string, { type, length = 0 }: TargetColumn, { truncates }: CopyStatement): string {
  if (type === 'character') refuseMultibyte(value);
  const bytes = Buffer.from(value);
  if (bytes.length <= length) return value;
  const trimmed = value.replace(/ +$/, '');
  if (Buffer.byteLength(trimmed) <= length)
    return value.slice(0, trimmed.length).padEnd(trimmed.length + length - Buffer.byteLength(trimmed));
  if (!truncates) {
    throw new ValueError(1204, `${type === 'character' ? 'Char' : 'String'} length exceeds DDL length`);
  }
  let end = length;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}

function refuseMultibyte(value: string): void {
  const first = [...value].find((character) => (character.codePointAt(0) as number) > 0x7f);
  if (first === undefined) return;
  const hex = [...Buffer.from(first)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new ValueError(
    1220,
    `Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: ${hex}`,
  );
}

/** The names of the integer types in messages, and their ranges. */
const INTEGERS: Readonly<Record<string, readonly [string, bigint]>> = {
  int2: ['Short', 2n ** 15n],
  int4: ['Integer', 2n ** 31n],
  int8: ['Long', 2n ** 63n],
};

function readInteger({ text, isString }: Source, column: TargetColumn, { uncertain }: Rules): string {
  const [name, bound] = INTEGERS[column.type] as readonly [string, bigint];
  const digits = isString ? text : withoutFraction(text, uncertain);
  const bad = digits.search(/[^\d+-]|(?<=.)[+-]/);
  if (bad !== -1 || !/\d/.test(digits)) {
    const at = Math.max(bad, 0);
    throw new ValueError(1207, `Invalid digit, Value '${digits[at] ?? ''}', Pos ${at}, Type: ${name}`, at);
  }
  const value = BigInt(digits.replace('+', ''));
  if (value >= bound || value < -bound) throw new ValueError(1222, `Overflow, Value '${digits}', Type: ${name}`);
  return String(value);
}

/** `1540919166796.0` loads into a BIGINT; what a non-zero fraction does is uncertain (page "COPY from JSON format"). */
function withoutFraction(text: string, { fraction, exponent }: Uncertain): string {
  if (exponent === 'accept' && /^-?\d+(\.\d+)?e/i.test(text) && Number.isSafeInteger(Number(text))) {
    return String(Number(text));
  }
  const pattern = fraction === 'truncate' ? /^(-?\d+)\.\d+$/ : /^(-?\d+)\.0+$/;
  return text.replace(pattern, '$1');
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function readFloat({ text }: Source, column: TargetColumn): string {
  const value = Number(text);
  const limit = column.type === 'float4' ? 3.4028234663852886e38 : Number.MAX_VALUE;
  if (!NUMBER.test(text) || Math.abs(value) > limit)
    throw new ValueError(1208, `Invalid FLOAT format or value '${text}'`);
  return text;
}

/** page "COPY from JSON format": COPY cuts decimals to the column's scale, unless ROUNDEC is given. */
function readDecimal({ text }: Source, { precision, scale }: TargetColumn, { copy }: Rules): string {
  const match = /^([+-]?)(\d*)\.?(\d*)$/.exec(text);
  if (match === null || !/\d/.test(text)) throw new ValueError(1209, `Invalid DECIMAL format or value '${text}'`);
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = BigInt(`${whole}${fraction.slice(0, scale).padEnd(scale, '0')}` || '0');
  const rounds = copy.roundsDecimals && (fraction[scale] ?? '0') >= '5';
  const text38 = String(digits + (rounds ? 1n : 0n));
  if (text38.length > precision) throw new ValueError(1204, `Numeric Overflow, Value '${text}'`);
  const padded = text38.padStart(scale + 1, '0');
  return scale === 0 ? `${sign}${padded}` : `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function readBoolean({ text }: Source): string {
  const word = text.toLowerCase();
  if (['true', 't', '1', 'yes', 'y'].includes(word)) return 'true';
  if (['false', 'f', '0', 'no', 'n'].includes(word)) return 'false';
  throw new ValueError(1210, `Invalid BOOLEAN value '${text}'`);
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})/;

function readDate({ text, isString }: Source, _: TargetColumn, { copy }: Rules): string {
  const pattern = copy.dateFormat === 'auto' ? /^\d{4}-\d{2}-\d{2}(?:[ T].*)?$/ : /^\d{4}-\d{2}-\d{2}(?: .*)?$/;
  if (!isString || !pattern.test(text) || !isDay(text))
    throw new ValueError(1205, `Invalid Date Format - length must be 10 or more`);
  return text.slice(0, 10);
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?$/;
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** page "DATEFORMAT and TIMEFORMAT strings": the default format; ISO 8601 with 'auto'; 'auto' does not accept epochs. */
function readTimestamp({ text, isString }: Source, column: TargetColumn, { copy, uncertain }: Rules): string {
  const format = copy.timeFormat ?? 'YYYY-MM-DD HH:MI:SS';
  if (format.startsWith('epoch')) return readEpoch(text, format, uncertain);
  const match = (format === 'auto' ? ISO : TIMESTAMP).exec(text);
  const [, day = '', time = '00:00:00', zone = ''] = match ?? [];
  if (match === null || !isString || !isDay(day) || !isTime(time)) {
    throw new ValueError(1206, 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]');
  }
  return column.type === 'timestamptz' ? `${day} ${time}${zone === '' ? '+00' : zone}` : `${day} ${time}`;
}

function readEpoch(text: string, format: string, { epochFraction }: Uncertain): string {
  const pattern = epochFraction === 'accept' ? /^-?\d+(?:\.\d+)?$/ : /^-?\d+$/;
  const millis = Number(text) * (format === 'epochsecs' ? 1000 : 1);
  if (!pattern.test(text) || Number.isNaN(new Date(millis).getTime())) {
    throw new ValueError(1206, 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]');
  }
  return new Date(millis).toISOString().replace('T', ' ').replace('Z', '');
}

function isDay(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year as number, (month as number) - 1, day);
  return year !== 0 && date.getUTCMonth() === (month as number) - 1 && date.getUTCDate() === day;
}

function isTime(text: string): boolean {
  const [hour = 0, minute = 0, second = 0] = text.split(':').map(Number);
  return hour < 24 && minute < 60 && second < 60;
}

const READERS: ReadonlyMap<string, (source: Source, column: TargetColumn, rules: Rules) => string> = new Map([
  ['int2', readInteger],
  ['int4', readInteger],
  ['int8', readInteger],
  ['float4', readFloat],
  ['float8', readFloat],
  ['numeric', readDecimal],
  ['bool', readBoolean],
  ['date', readDate],
  ['timestamp', readTimestamp],
  ['timestamptz', readTimestamp],
]);
