import type { ValueKind } from './normalise.ts';

/** Whether a value is what its kind requires; `unfinished` if the bytes end before that is known. */
export type Verdict = 'plain' | 'odd' | 'unfinished';

const QUOTE = 0x22;
const COLON = 0x3a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const SLASH = 0x2f;
const ZERO = 0x30;
const LETTER_N = 0x6e;
const LETTER_E = 0x65;
const UPPER_CASE = 0x20;
/**
 * An exponent with more digits may exceed a double's range. A smaller one cannot, with at most MOST_BYTES of digits
 * before it.
 */
const MOST_EXPONENT_DIGITS = 2;
/** Every integer with fewer digits fits 64 bits. A longer one is examined closely. */
const MOST_DIGITS = 18;
/** A value that is undecided after this many bytes is examined closely. */
const MOST_BYTES = 64;

/**
 * Judges the value of a key whose closing quote is before `from`. Text: a string or null. Integer: digits, also as a
 * string, an empty string or null. Double: a limited number of characters of a number, also as a string, or null; the
 * engine decides whether they form a number. It may call a plain value odd.
 */
export function judgeValue(bytes: Uint8Array, from: number, kind: ValueKind): Verdict {
  let at = from;
  while (at < bytes.length && isBetween(bytes[at] as number)) at += 1;
  const first = bytes[at];
  if (first === undefined) return 'unfinished';
  if (first === LETTER_N) return 'plain';
  if (kind === 'text') return first === QUOTE ? 'plain' : 'odd';
  if (kind === 'real') return first === QUOTE ? judgeReal(bytes, at + 1, true) : judgeReal(bytes, at, false);
  return first === QUOTE ? judgeDigits(bytes, at + 1, true) : judgeDigits(bytes, at, false);
}

function judgeDigits(bytes: Uint8Array, from: number, isQuoted: boolean): Verdict {
  const first = bytes[from] === MINUS ? from + 1 : from;
  const last = Math.min(bytes.length, first + MOST_DIGITS);
  let at = first;
  while (at < last && isDigit(bytes[at] as number)) at += 1;
  if (at === bytes.length) return 'unfinished';
  const end = bytes[at] as number;
  if (isQuoted) return end === QUOTE && (at > first || first === from) ? 'plain' : 'odd';
  return at > first && (end === 0x2c || end === 0x7d || isBetween(end)) ? 'plain' : 'odd';
}

function judgeReal(bytes: Uint8Array, from: number, isQuoted: boolean): Verdict {
  let at = from;
  for (const last = Math.min(bytes.length, from + MOST_BYTES); at < last; at += 1) {
    const byte = bytes[at] as number;
    if (byte > 0x39 || byte < MINUS || byte === SLASH) break;
  }
  if (((bytes[at] ?? 0) | UPPER_CASE) === LETTER_E) at = behindExponent(bytes, at + 1);
  if (at >= bytes.length) return 'unfinished';
  const end = bytes[at] as number;
  const isOver = isQuoted ? end === QUOTE : end === 0x2c || end === 0x7d || isBetween(end);
  return isOver && (isQuoted || !isNegativeZero(bytes, from, at)) ? 'plain' : 'odd';
}

function isNegativeZero(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from === 2 && bytes[from] === MINUS && bytes[from + 1] === ZERO;
}

/** The position after the sign, if any, and the limited number of digits that begin at `from`. */
function behindExponent(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === MINUS || bytes[from] === PLUS ? from + 1 : from;
  const last = at + MOST_EXPONENT_DIGITS;
  while (at < last && isDigit(bytes[at] ?? 0)) at += 1;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** The colon, and JSON's white space. */
function isBetween(byte: number): boolean {
  return byte === COLON || byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Judges the values of a record as they are read, including values that a chunk boundary cuts. */
export class ValueJudge {
  /** Whether the record so far holds a value that is not plain. */
  isOdd = false;
  #kind: ValueKind = 'any';
  #pending: Uint8Array | undefined;

  startRecord(): void {
    this.isOdd = false;
  }

  /** Judges the value of the key that ends before `from`. */
  judge(chunk: Uint8Array, from: number, kind: ValueKind): void {
    if (kind === 'any' || this.isOdd) return;
    const verdict = judgeValue(chunk, from, kind);
    if (verdict === 'odd') this.isOdd = true;
    if (verdict === 'unfinished') {
      this.#kind = kind;
      this.#pending = chunk.slice(Math.max(from, chunk.length - MOST_BYTES));
      this.isOdd = chunk.length - from >= MOST_BYTES;
    }
  }

  /** Starts a chunk. A value cut at the end of the previous one continues. */
  resume(chunk: Uint8Array): void {
    if (this.#pending === undefined) return;
    const bytes = Buffer.concat([this.#pending, chunk.subarray(0, MOST_BYTES)]);
    this.#pending = undefined;
    this.judge(bytes, 0, this.#kind);
  }
}
