import { StarloadError } from '../errors.ts';
import { RESCUED } from './design.ts';
import { lowerCase } from './fold.ts';
import { headLines } from './heads.ts';
import type { JsonPath } from './jsonpaths.ts';
import { isAtOrBelow, keyPath, readKeyPaths } from './key-paths.ts';
import { lineOf, type NamedSql } from './written.ts';

/** The keys that the lines `-- ignore: a, b` of a staging table's file name, without those that have mistakes. */
export function ignoredKeys({ sql }: Pick<NamedSql, 'sql'>): readonly string[] {
  return entriesOf(sql).flatMap(({ path }) => path ?? []);
}

/** What the columns of a table take: the values at these paths or, without paths, of keys with their names in any case. */
export interface Taken {
  readonly columns: readonly string[];
  readonly paths: readonly JsonPath[] | undefined;
}

/** Entries of `-- ignore:` that name no key, a key that a column takes, or the same key again. */
export function ignoreMistakes(file: NamedSql, { columns, paths }: Taken): readonly StarloadError[] {
  const fold = paths === undefined ? lowerCase : (path: string) => path;
  // The column for unknown keys must have them only, so its own name is never left out.
  const named = [...columns, RESCUED].map((name) => keyPath(name));
  const taken = paths === undefined ? named : paths.flatMap(pathOf);
  const seen = new Set<string>();
  return entriesOf(file.sql).flatMap(({ path, at }) => {
    const where = `${lineOf(file, at)}: "-- ignore:"`;
    if (path === undefined) {
      return [
        new StarloadError(`${where} has an entry that is no key`, {
          next: 'Separate keys by commas, such as payload, actor.url; write a key with other signs in quotes: "first name".',
        }),
      ];
    }
    const folded = fold(path);
    const isSecond = seen.has(folded);
    seen.add(folded);
    const column = taken.find((one) => isAtOrBelow(folded, one));
    if (column !== undefined) {
      return [
        new StarloadError(`${where} names ${path}, which a column takes`, {
          next: 'Take it out of the line, or delete the column.',
        }),
      ];
    }
    return isSecond ? [new StarloadError(`${where} names ${path} twice`, { next: 'Name it once.' })] : [];
  });
}

/** Where a column's value is. Paths through elements of an array say nothing of the other elements. */
function pathOf(path: JsonPath): readonly string[] {
  const keys = path.filter((step) => typeof step === 'string');
  return keys.length < path.length
    ? []
    : [keys.slice(1).reduce((parent, key) => keyPath(key, parent), keyPath(keys[0] ?? ''))];
}

function entriesOf(sql: string): readonly { readonly path: string | undefined; readonly at: number }[] {
  return [...headLines(sql).matchAll(/^-- ignore:(.*)$/gm)].flatMap(({ 1: list = '', index: at }) =>
    readKeyPaths(list).map((path) => ({ path, at })),
  );
}
