import type { Value } from './warehouse.ts';

/** `YYYY-MM-DD HH:MM:SS.mmm` of an engine's text for a timestamp in UTC: always three digits, further ones cut. */
export function timestampValue(text: string): string {
  const [whole = '', fraction = ''] = text.replace(/\+00(:00)?$/, '').split('.');
  return `${whole}.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

/** A DECIMAL: a number where a double holds all its digits, else its text. */
export function decimalValue(text: string): Value {
  const digits = text.replace(/[^0-9]/g, '').replace(/^0+/, '');
  return digits.length <= 15 ? Number(text) : text;
}

/** A whole number: a bigint where a double would round it. */
export function integerValue(value: bigint): Value {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
