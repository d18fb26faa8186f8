import { kindOf, type LaidOutColumn, type WantedKeys } from './frame-keys.ts';
import { normaliseRecord, normaliseValue, UnfitRecord } from './normalise.ts';
import { pathReader, Unreadable } from './paths.ts';
import type { UnknownKeys } from './unknown-keys.ts';

/**
 * Rewrites a record so that every engine reads it in the same way. Throws UnfitRecord if some engine might accept a
 * value that does not fit.
 */
export type Rewrite = (record: string) => string;

/**
 * Returns a function that rewrites records: either only their odd values, or by their paths, with each value under its
 * column's name. In the latter case `unknown` counts what no path reads below the first level.
 */
export function rewriter(wanted: WantedKeys, unknown?: UnknownKeys): Rewrite {
  const { layout } = wanted;
  if (layout !== undefined) return layOut(layout, unknown);
  const kind = kindOf(wanted);
  return (record) => normaliseRecord(record, kind);
}

function layOut(columns: readonly LaidOutColumn[], unknown: UnknownKeys | undefined): Rewrite {
  const read = pathReader(
    columns.map(({ path }) => path),
    unknown,
  );
  return (record) => {
    const members = read(record).flatMap((value, index) => {
      const { name, kind } = columns[index] as LaidOutColumn;
      if (value instanceof Unreadable) throw new UnfitRecord(name, value.reason);
      return value === undefined ? [] : [`${JSON.stringify(name)}:${normaliseValue(value, kind, name)}`];
    });
    return `{${members.join(',')}}`;
  };
}
