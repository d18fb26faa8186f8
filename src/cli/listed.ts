import type { Options } from 'yargs';
import { count } from './output.ts';

/** The number of items shown in a list for readers; --json has all of them. */
export const LISTED = 20;

/** `--all`, for commands that print lists. */
export const ALL_OPTION = {
  all: { type: 'boolean', default: false, describe: `list all, not the first ${LISTED} only` },
} as const satisfies Record<string, Options>;

/** The end of a shortened list: `… 9,980 more (--all lists them)`; empty if all items are shown. */
export function more(all: readonly unknown[], shown: number, where = '--all lists them'): readonly string[] {
  return all.length > shown ? [`… ${count(all.length - shown)} more (${where})`] : [];
}
