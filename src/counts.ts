/** A count with thousands separators, for display. */
export function count(value: number): string {
  return thousands(String(value));
}

/** The digits of an integer in groups of three. */
export function thousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}
