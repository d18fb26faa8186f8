/** Forms of time in texts, as flags. */
export const Form = {
  /** `2024-01-31 10:00:00`, which every engine loads into a TIMESTAMP. */
  blank: 1,
  /** `2024-01-31T10:00:00`, without a time zone. */
  local: 2,
  /** With `Z` or `+00:00`. */
  utc: 4,
  /** With more digits of a second than a TIMESTAMP keeps: six. */
  fine: 8,
  /** Anything else: not a time. */
  other: 16,
  /** With an offset from UTC such as `+02:00`, `-0530` or `+02`. */
  offset: 32,
  /** `2024-01-31`. */
  date: 64,
  /** The digits of a time since 1970 in seconds, with or without decimals, or in a smaller unit. */
  epoch: 128,
} as const;

/** The units in which programs count the time since 1970, and how many of each make a second. */
export const EPOCH_UNITS = [
  ['seconds', 1],
  ['milliseconds', 1e3],
  ['microseconds', 1e6],
  ['nanoseconds', 1e9],
] as const;
export type EpochUnit = (typeof EPOCH_UNITS)[number][0];

/** From the beginning of 1990 to the end of 2099, in seconds. */
const [EARLIEST, LATEST] = [631_152_000, 4_102_444_799];

/** The unit in which all numbers from `least` to `most` are times since 1970 of our days; undefined if there is none. */
export function epochUnit(least: number, most: number): EpochUnit | undefined {
  return EPOCH_UNITS.find(([, each]) => least >= EARLIEST * each && most <= (LATEST + 1) * each - 1)?.[0];
}

const DATE = '2024-01-31'.length;
const SHORTEST = '2024-01-31T10:00:00'.length;
const SHORTEST_EPOCH = '631152000'.length;
const LONGEST = '2024-01-31T10:00:00.123456789+00:00'.length;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const MIDNIGHT = Buffer.from('T00:00:00');
const [ZERO, NINE, DASH, COLON, DOT, PLUS, BLANK, LETTER_T, LETTER_Z] = [
  0x30, 0x39, 0x2d, 0x3a, 0x2e, 0x2b, 0x20, 0x54, 0x5a,
] as const;

/** The forms of the text in [from, to). */
export function formOf(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length < SHORTEST || length > LONGEST || !isMoment(bytes, from)) return lesserForm(bytes, from, to);
  const separator = bytes[from + 10];
  if (separator !== BLANK && separator !== LETTER_T) return Form.other;
  const fraction = fractionAt(bytes, from + SHORTEST, to);
  if (fraction === 0) return Form.other;
  const at = from + SHORTEST + (fraction ?? -1) + 1;
  const isBlank = separator === BLANK && at === to && (fraction ?? 0) <= 6;
  const zone = at === to ? Form.local : isUtc(bytes, at, to) ? Form.utc : offsetIn(bytes, at, to);
  return (isBlank ? Form.blank : zone) | ((fraction ?? 0) > 6 ? Form.fine : 0);
}

/** The number of digits of the fraction that begins with a point at `from`; undefined if there is no point. */
function fractionAt(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (bytes[from] !== DOT) return undefined;
  let at = from + 1;
  while (at < to && isDigit(bytes[at])) at += 1;
  return at - from - 1;
}

function isUtc(bytes: Uint8Array, at: number, to: number): boolean {
  if (to - at === 1) return bytes[at] === LETTER_Z;
  return to - at === 6 && bytes[at] === PLUS && [1, 2, 4, 5].every((one) => bytes[at + one] === ZERO);
}

/** The form of a text that is no time of the calendar. */
function lesserForm(bytes: Uint8Array, from: number, to: number): number {
  if (isDigits(bytes, from, to)) return isEpoch(bytes, from, to) ? Form.epoch : Form.other;
  return to - from === DATE && isDate(bytes, from, to) ? Form.date : Form.other;
}

function offsetIn(bytes: Uint8Array, from: number, to: number): number {
  const digits = [...bytes.subarray(from + 1, to)].filter((byte, at) => !(byte === COLON && at === 2));
  const isSigned = bytes[from] === PLUS || bytes[from] === DASH;
  return isSigned && (digits.length === 2 || digits.length === 4) && digits.every(isDigit) ? Form.offset : Form.other;
}

function isDate(bytes: Uint8Array, from: number, to: number): boolean {
  return isMoment(Buffer.concat([bytes.subarray(from, to), MIDNIGHT]), 0);
}

/** Whether a text has nothing but digits, up to a point, and could be a time since 1970. */
function isDigits(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < SHORTEST_EPOCH || to - from > LONGEST) return false;
  let at = from;
  while (at < to && isDigit(bytes[at])) at += 1;
  const fraction = fractionAt(bytes, at, to) ?? 0;
  return at === to || (fraction > 0 && at + 1 + fraction === to);
}

function isEpoch(bytes: Uint8Array, from: number, to: number): boolean {
  const value = Number(Buffer.from(bytes.subarray(from, to)).toString('latin1'));
  return epochUnit(value, value) !== undefined;
}

/** Whether `YYYY-MM-DD?HH:MM:SS` is a time of the calendar between the years 1000 and 2999. */
function isMoment(b: Uint8Array, from: number): boolean {
  if (b[from + 4] !== DASH || b[from + 7] !== DASH || b[from + 13] !== COLON || b[from + 16] !== COLON) return false;
  const year = two(b, from) * 100 + two(b, from + 2);
  const month = two(b, from + 5);
  const day = two(b, from + 8);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return (
    year >= 1000 &&
    year <= 2999 &&
    day >= 1 &&
    day <= (DAYS[month - 1] ?? 0) &&
    (month !== 2 || day < 29 || isLeap) &&
    two(b, from + 11) <= 23 &&
    two(b, from + 14) <= 59 &&
    two(b, from + 17) <= 59
  );
}

/** The number of two digits; not a number if they are none. */
function two(bytes: Uint8Array, at: number): number {
  return isDigit(bytes[at]) && isDigit(bytes[at + 1])
    ? ((bytes[at] as number) - ZERO) * 10 + ((bytes[at + 1] as number) - ZERO)
    : Number.NaN;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
