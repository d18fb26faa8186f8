import type { Options } from 'yargs';
import { count } from './output.ts';

/** Of a list for people, so many are shown; --json has all of them. */
export const LISTED = 20;

/** `--all`, for commands that list. */
export const ALL_OPTION = {
  all: { type: 'boolean', default: false, describe: `list all, not the first ${LISTED} only` },
} as const satisfies Record<string, Options>;

/** What ends a list of which only the first are shown: `… 9,980 more (--all lists them)`; nothing where all are. */
export function more(all: readonly unknown[], shown: number, where = '--all lists them'): readonly string[] {
  return all.length > shown ? [`… ${count(all.length - shown)} more (${where})`] : [];
}
