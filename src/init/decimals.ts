import { doubleMisfit } from '../records/doubles.ts';

const [DOT, ZERO, LETTER_E, UPPER_CASE] = [0x2e, 0x30, 0x65, 0x20];
/** Every decimal number with at most this many digits is exact as a double. */
const EXACT_DIGITS = 15;
/** The shortest text of a double has at most this many digits. */
const MOST_DIGITS = 17;
/** The powers of ten that are exact as doubles. */
const POWERS = Array.from({ length: 23 }, (_, power) => 10 ** power);
/** Splits a double into two parts whose products are exact (Dekker, 1971). */
const SPLITTER = 2 ** 27 + 1;
/** By more than the arithmetic may be wrong, in units of the last digit. */
const MARGIN = 1e-6;

const double = new Float64Array(1);
/** The bits of `double`, the low ones first: DuckDB has no build for machines that store them otherwise. */
const bits = new Uint32Array(double.buffer);

/**
 * The position behind the number in which the digits in [from, at), of the value `whole`, were read, if there a point follows
 * and the number surely keeps all its digits as a double. Otherwise -1. Answers for most numbers without making a text of
 * them, which takes most of the time.
 */
export function endOfExact(b: Buffer, from: number, at: number, whole: number): number {
  if (b[at] !== DOT || at - from > EXACT_DIGITS) return -1;
  let [head, tail, end] = [whole, 0, at + 1];
  let digits = whole === 0 ? 0 : at - from;
  for (let digit = (b[end] as number) - ZERO; digit >= 0 && digit <= 9; digit = (b[end] as number) - ZERO) {
    if (digits < EXACT_DIGITS) head = head * 10 + digit;
    else tail = tail * 10 + digit;
    if (head > 0) digits += 1;
    end += 1;
  }
  const behind = end - at - 1;
  const hasExponent = ((b[end] as number) | UPPER_CASE) === LETTER_E;
  if (hasExponent || digits > MOST_DIGITS || behind >= POWERS.length) return -1;
  return digits <= EXACT_DIGITS || isShortest(head, tail, digits - EXACT_DIGITS, behind) ? end : -1;
}

/**
 * Whether head * 10 ** places + tail, divided by 10 ** behind, is the shortest decimal number that has the same double, and
 * of those as short the nearest to it. Answers no as well where this arithmetic cannot tell.
 */
function isShortest(head: number, tail: number, places: number, behind: number): boolean {
  const shift = POWERS[places] as number;
  const scale = POWERS[behind] as number;
  const mantissa = head * shift;
  const rest = tail + excess(head, shift, mantissa);
  const roughly = (mantissa + rest) / scale;
  const nearest = roughly - (excess(roughly, scale, mantissa) - rest) / scale;
  const off = excess(nearest, scale, mantissa) - rest;
  const half = halfGap(nearest) * scale;
  // How far it is to the numbers with a digit less.
  const below = (tail % 10) + off;
  return Math.abs(off) < Math.min(half, 0.5) - MARGIN && Math.min(below, 10 - below) > half + MARGIN;
}

/** a * b - c, where the product is close to c: without the error of rounding the product. */
function excess(a: number, b: number, c: number): number {
  const product = a * b;
  const [highA, highB] = [high(a), high(b)];
  const [lowA, lowB] = [a - highA, b - highB];
  const error = lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
  return product - c + error;
}

function high(value: number): number {
  const split = value * SPLITTER;
  return split - (split - value);
}

/** Half of what lies between a double and the next; 0 or less if its low bits are all 0, as in powers of two, or all 1. */
function halfGap(value: number): number {
  double[0] = value;
  if (bits[0] === 0) return 0;
  bits[0] = (bits[0] as number) + 1;
  return ((double[0] as number) - value) / 2;
}

/** Whether a number with a point or an exponent keeps all its digits as a double. */
export function isExact(text: string): boolean {
  const shortest = String(Number(text));
  // Most programs write numbers like this one. Without an exponent it is neither too large nor too close to zero.
  if (shortest === text && !text.includes('e')) return true;
  return doubleMisfit(text) === undefined && digitsOf(text) === digitsOf(shortest);
}

/** The digits of a number that count, whatever its point and its exponent. */
function digitsOf(text: string): string {
  const [mantissa = ''] = text.split(/[eE]/, 1);
  const digits = mantissa.replace(/[-.]/g, '');
  let end = digits.length;
  // Not by an expression such as /0+$/: a number in a file may have a million zeros.
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end).replace(/^0+/, '');
}
