import type { Options } from 'yargs';
import type { LoadConfig } from '../config/config.ts';
import {
  describeUnknownKey,
  inOneLine,
  type ToldKey,
  type UnknownKeysOfTable,
  type UnknownKeysPolicy,
  whatToDo,
} from '../pipeline/unknown-keys.ts';
import { asStarted } from './command-line.ts';
import { count, story, styledStory } from './output.ts';

/** The command line's option for keys that no column takes. */
export interface UnknownKeysArgs {
  readonly unknownKeys?: UnknownKeysPolicy | undefined;
}

/** `--unknown-keys`. */
export const UNKNOWN_KEYS_OPTION = {
  'unknown-keys': {
    choices: ['warn', 'keep', 'refuse'] as const,
    requiresArg: true,
    describe:
      'keys of records that no column takes: tell them (the default), keep them in the column rescued too, or load nothing and exit with 3',
  },
} as const satisfies Record<string, Options>;

/** What to do with unknown keys. The command line takes precedence over dwh.cfg. */
export function unknownKeysPolicy({ unknownKeys }: LoadConfig, args: UnknownKeysArgs): UnknownKeysPolicy | undefined {
  return args.unknownKeys ?? unknownKeys;
}

/** The number of keys of a source shown to readers; --json has all that were counted. */
const SHOWN = 10;

/** Warns of the keys that no column takes. */
export function tellUnknownKeys(unknownKeys: readonly UnknownKeysOfTable[]): void {
  for (const found of unknownKeys) {
    const { table, keys, more, isKept } = found;
    const all = keys.length + (more?.keys ?? 0);
    const known = more === null ? count(all) : `at least ${count(all)}`;
    const what = all === 1 ? 'a key that no column takes is' : `${known} keys that no column takes are`;
    const fate = isKept ? 'kept in the column rescued' : 'not loaded';
    story(`${styledStory('yellow', 'warning')}: ${table}: ${what} ${fate}:`);
    for (const key of keys.slice(0, SHOWN)) {
      story(`  ${placed(key)}`);
    }
    if (all > SHOWN) {
      story(`  … ${more === null ? '' : 'at least '}${count(all - SHOWN)} more (--json names up to ${count(1000)})`);
    }
    story(`  ${asStarted(whatToDo([found]))}.`);
  }
}

/** Says which unknown keys the newest runs have met. */
export function tellLatestUnknownKeys(unknownKeys: readonly UnknownKeysOfTable[]): void {
  for (const found of unknownKeys) {
    story(`note: ${found.table}: the newest run met keys that no column takes: ${inOneLine(found)}`);
    story(`  ${asStarted(whatToDo([found]))}.`);
  }
}

function placed({ file, line, ...key }: ToldKey): string {
  return `${describeUnknownKey(key)}: ${file}, line ${line}`;
}

/** Unknown keys as documents have them; null if nobody has counted them. */
export function unknownKeysForJson(unknownKeys: readonly UnknownKeysOfTable[] | undefined) {
  return (
    unknownKeys?.map(({ table, keys, more, isKept }) => ({
      table,
      rescued: isKept,
      keys: keys.map(({ key, records, file, line, like }) => ({ key, records, file, line, like })),
      more,
    })) ?? null
  );
}
