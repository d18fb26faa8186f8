import type { VanishedKeysOfTable } from '../pipeline/vanished-keys.ts';
import { count, counted, story, styledStory } from './output.ts';

/** The number of columns of a source shown to readers; --json has all. */
const SHOWN = 10;

/** Warns of keys that whole files lack and earlier ones had. */
export function tellVanishedKeys(vanished: readonly VanishedKeysOfTable[]): void {
  for (const { table, keys } of vanished) {
    const what = keys.length === 1 ? 'the key of a column' : `the keys of ${count(keys.length)} columns`;
    const are = keys.length === 1 ? 'is' : 'are';
    story(
      `${styledStory('yellow', 'warning')}: ${table}: ${what} that earlier files had ${are} missing from whole files:`,
    );
    for (const { column, files, records, file, earlier } of keys.slice(0, SHOWN)) {
      const first = files === 1 ? file : `${counted(files, 'file')}, the first of them ${file}`;
      const before = `${count(earlier.had)} of ${counted(earlier.files, 'earlier file')} had it`;
      story(`  ${column}: in none of the ${counted(records, 'record')} of ${first}; ${before}`);
    }
    if (keys.length > SHOWN) story(`  … ${count(keys.length - SHOWN)} more (--json names all)`);
  }
}

/** Vanished keys as documents have them; null if nobody has looked for them. */
export function vanishedKeysForJson(vanished: readonly VanishedKeysOfTable[] | undefined) {
  return vanished?.map(({ table, keys }) => ({ table, keys })) ?? null;
}
