/** Forms of time in texts, as flags. */
export const Form = {
  /** `2024-01-31 10:00:00`, which every engine loads into a TIMESTAMP. */
  blank: 1,
  /** `2024-01-31T10:00:00`, without a time zone. */
  local: 2,
  /** With `Z` or `+00:00`. */
  utc: 4,
  /** With fractions of a second. */
  fraction: 8,
  /** Anything else: not a time, or one with another time zone. */
  other: 16,
} as const;

const SHORTEST = '2024-01-31T10:00:00'.length;
const LONGEST = '2024-01-31T10:00:00.123456789+00:00'.length;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const [ZERO, NINE, DASH, COLON, DOT, PLUS, BLANK, LETTER_T, LETTER_Z] = [
  0x30, 0x39, 0x2d, 0x3a, 0x2e, 0x2b, 0x20, 0x54, 0x5a,
] as const;

/** The forms of the text in [from, to). */
export function formOf(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length < SHORTEST || length > LONGEST || !isMoment(bytes, from)) return Form.other;
  const separator = bytes[from + 10];
  if (separator !== BLANK && separator !== LETTER_T) return Form.other;
  const fraction = fractionAt(bytes, from + SHORTEST, to);
  if (fraction === 0) return Form.other;
  const at = from + SHORTEST + (fraction ?? -1) + 1;
  const isBlank = separator === BLANK && at === to && (fraction ?? 0) <= 6;
  const zone = at === to ? Form.local : isUtc(bytes, at, to) ? Form.utc : Form.other;
  return (isBlank ? Form.blank : zone) | (fraction === undefined ? 0 : Form.fraction);
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
