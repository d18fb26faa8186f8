import type { Value } from './warehouse.ts';

/** `YYYY-MM-DD HH:MM:SS.mmm` for an engine's text of a timestamp in UTC: always three digits, further ones are cut. */
export function timestampValue(text: string): string {
  const [whole = '', fraction = ''] = text.replace(/\+00(:00)?$/, '').split('.');
  return `${whole}.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

/** A DECIMAL: a number if a double holds all its digits, otherwise text. */
export function decimalValue(text: string): Value {
  const digits = text.replace(/[^0-9]/g, '').replace(/^0+/, '');
  return digits.length <= 15 ? Number(text) : text;
}

/** An integer: a bigint if a double would round it. */
export function integerValue(value: bigint): Value {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
