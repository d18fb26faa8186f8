import { doubleMisfit } from '../records/doubles.ts';

const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39];
/** Every decimal number with at most this many digits is exact as a double. */
const EXACT_DIGITS = 15;
/** Up to this power of ten, a quotient of two doubles is the double that is nearest to the decimal number. */
const MOST_BEHIND_POINT = 22;

/** Whether the number in [from, to), which has a point or an exponent, keeps all its digits as a double. */
export function isExact(b: Buffer, from: number, to: number): boolean {
  return isSurelyExact(b, from, to) || isSameAsDouble(b.toString('latin1', from, to));
}

/** Answers for most numbers of up to 16 digits without making a text of them, which takes most of the time. */
function isSurelyExact(b: Buffer, from: number, to: number): boolean {
  let [mantissa, digits, point] = [0, 0, to];
  for (let at = from; at < to; at += 1) {
    const byte = b[at] as number;
    if (byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      if (mantissa > 0) digits += 1;
    } else if (byte === DOT) point = at + 1;
    // A minus does not change how many digits are kept. An exponent might.
    else if (at > from) return false;
  }
  const behind = to - point;
  if (behind > MOST_BEHIND_POINT || digits > EXACT_DIGITS + 1) return false;
  return digits <= EXACT_DIGITS || hasDoubleOfItsOwn(mantissa, 10 ** behind);
}

/** Whether the decimal numbers before and after this one, with as many digits, are other doubles. */
function hasDoubleOfItsOwn(mantissa: number, scale: number): boolean {
  const double = mantissa / scale;
  return mantissa < Number.MAX_SAFE_INTEGER && (mantissa - 1) / scale < double && double < (mantissa + 1) / scale;
}

function isSameAsDouble(text: string): boolean {
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
