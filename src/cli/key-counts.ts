import type { KeyCounts } from '../records/key-tally.ts';

/** Something with counts of keys, which nobody may have counted. */
interface Counted {
  readonly keys: KeyCounts | null | undefined;
}

/** A column of a table for people about keys that no column of the warehouse takes. */
interface KeysColumn {
  readonly title: string;
  readonly countIn: (one: Counted) => number | '';
}

const REST = { rescued: 'keys rescued', unknown: 'keys unknown' } as const;

/** The columns about keys that no column of the warehouse takes, as far as there are any. */
export function restOfKeys(all: readonly Counted[]): readonly KeysColumn[] {
  const met = (['rescued', 'unknown'] as const).filter((what) => all.some(({ keys }) => (keys?.[what] ?? 0) > 0));
  return met.map((what) => ({ title: REST[what], countIn: ({ keys }) => keys?.[what] ?? '' }));
}
