/** The least double that keeps all its digits; those closer to zero lose some, and engines differ on whether they take them. */
const LEAST = 2 ** -1022;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Why a text is not the value of a double; undefined when it is, or when it is nothing but blanks, which is NULL. Redshift was
 * seen to turn numbers beyond a double's range into infinity without a word (Redshift Research Project, "Minimum and
 * Maximum Values by Data Type"), so that no engine is asked about them.
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
