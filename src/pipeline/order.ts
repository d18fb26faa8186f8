import type { Model } from '../sql/catalogue.ts';

/**
 * Sorts a list by the order of the model's tables, then by the code units of the texts that `textOf` returns. Engines
 * return rows in their own order and collate text differently.
 */
export function inModelOrder<T>(
  { tables }: Pick<Model, 'tables'>,
  list: readonly T[],
  { tableOf, textOf = () => '' }: { readonly tableOf: (one: T) => string; readonly textOf?: (one: T) => string },
): readonly T[] {
  const places = new Map(tables.map(({ name }, place) => [name, place]));
  const placeOf = (one: T) => places.get(tableOf(one)) ?? tables.length;
  return [...list].sort((a, b) => placeOf(a) - placeOf(b) || compare(textOf(a), textOf(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
