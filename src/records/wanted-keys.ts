import { createHash } from 'node:crypto';
import { type Column, loadedColumns, type Table } from '../sql/catalogue.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import type { WantedKeys } from './frame-keys.ts';
import type { ValueKind } from './normalise.ts';

/**
 * The first-level keys from which a table's columns are loaded: by their names, in any case, or by paths, one for each
 * loaded column. If paths point below the first level, or two of them to one key, records are rewritten, because no
 * engine follows paths.
 */
export function wantedKeys(table: Table, paths?: readonly JsonPath[]): WantedKeys {
  const columns = loadedColumns(table);
  const kinds = columns.map(({ type }) => KINDS[type]);
  if (paths === undefined) {
    return { names: columns.map(({ name }) => name), kinds };
  }
  const keys = ownKeys(paths);
  if (keys !== undefined) {
    return { names: keys, kinds, exact: true };
  }
  const layout = columns.map(({ name, type }, index) => ({ name, kind: KINDS[type], path: paths[index] ?? [] }));
  return { names: [...new Set(paths.map(([key]) => String(key)))], exact: true, layout };
}

/** A digest of the keys that a table takes and of those that it ignores. With another one, the same file counts otherwise. */
export function keysDigest({ ignored }: Table, { names, exact = false, layout = [] }: WantedKeys): string {
  const paths = layout.map(({ path }) => JSON.stringify(path));
  const kept = [exact, [...names].sort(), paths.sort(), [...ignored].sort()];
  return createHash('md5').update(JSON.stringify(kept)).digest('hex');
}

/** The keys of paths that each lead to a first-level key of their own; undefined for any other paths. */
export function ownKeys(paths: readonly JsonPath[]): readonly string[] | undefined {
  const keys = paths.flatMap((path) => (path.length === 1 && typeof path[0] === 'string' ? [path[0]] : []));
  return new Set(keys).size === paths.length ? keys : undefined;
}

/** The kind of a column's values. */
const KINDS: Readonly<Record<Column['type'], ValueKind>> = {
  varchar: 'text',
  bigint: 'whole',
  double: 'real',
  timestamp: 'any',
  other: 'any',
};
