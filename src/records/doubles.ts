/**
 * The least double that keeps all its digits. Doubles closer to zero lose some, and engines differ on whether they
 * accept them.
 */
const LEAST = 2 ** -1022;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Why a text is not a valid double; undefined if it is, or if it consists only of blanks, which is NULL. Redshift was
 * seen to turn numbers beyond a double's range into infinity silently (Redshift Research Project, "Minimum and Maximum
 * Values by Data Type"), so this is not left to any engine.
 */
export function doubleMisfit(text: string): string | undefined {
  if (/^[\t-\r ]*$/.test(text)) {
    return undefined;
  }
  if (!NUMBER.test(text)) {
    return 'is not a number';
  }
  const size = Math.abs(Number(text));
  if (size > Number.MAX_VALUE) {
    return 'is larger than a double can hold';
  }
  return size < LEAST && /^[^eE1-9]*[1-9]/.test(text) ? 'is closer to zero than a double can hold in full' : undefined;
}
