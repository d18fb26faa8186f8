import type { Column } from '../sql/catalogue.ts';

/**
 * The one text of a value that its column takes, however a record or a user spells it, as far as the engines tell values
 * apart: `91`, `+91` and `091` of an integer, trailing blanks of a text, which Redshift ignores in comparisons. Undefined
 * for what is NULL. The value must fit its column (`checkFields`).
 */
export function canonicalText(text: string | undefined, { type }: Pick<Column, 'type'>): string | undefined {
  if (text === undefined) return undefined;
  if (type === 'varchar') return withoutBlanks(text);
  const value = text.trim();
  if (value === '') return undefined;
  if (type === 'bigint') return BigInt(value.replace(/^\+/, '')).toString();
  return type === 'double' ? String(Number(value)) : withoutZeros(value);
}

/** A text without blanks at its end. */
export function withoutBlanks(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
}

/** A time without zeros at the end of its fraction. */
function withoutZeros(time: string): string {
  const [seconds = '', fraction = ''] = time.split('.');
  let end = fraction.length;
  while (fraction[end - 1] === '0') end -= 1;
  return end === 0 ? seconds : `${seconds}.${fraction.slice(0, end)}`;
}
