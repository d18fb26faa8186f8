import { createHash } from 'node:crypto';
import { type Column, rescuedColumn, sourceColumns, type Table, takingColumns } from '../sql/catalogue.ts';
import { RESCUED } from '../sql/design.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';
import type { Rescue, WantedKeys } from './frame-keys.ts';
import type { ValueKind } from './normalise.ts';

/**
 * The first-level keys from which a table's columns are loaded: by their names, in any case, or by paths, one for each
 * loaded column. If paths point below the first level, or two of them to one key, records are rewritten, because no
 * engine follows paths. `isKept` tells, of a table whose column for unknown keys is filled, whether those of the current file
 * are kept.
 */
export function wantedKeys(table: Table, paths?: readonly JsonPath[], isKept = () => true): WantedKeys {
  const wanted = takenKeys(table, paths);
  const marks = new Map(sourceColumns(table).map(({ name }) => [name, ownKey(name, table, wanted)]));
  return { ...wanted, marks, rescue: rescueOf(table, wanted, isKept) };
}

/** A key that only rewritten records have, for one of the loader's own columns. If columns match by name, it is that of the column. */
function ownKey(column: string, { ignored }: Table, { names, exact, layout }: WantedKeys): string {
  const taken = new Set(exact === true && layout === undefined ? [...names, ...ignored] : []);
  let key = column;
  while (taken.has(key)) key = `_${key}`;
  return key;
}

/** How unknown keys get into the column for them; undefined if none is filled. */
function rescueOf(table: Table, wanted: WantedKeys, isOn: () => boolean): Rescue | undefined {
  const column = rescuedColumn(table);
  if (column === undefined) return undefined;
  const key = ownKey(RESCUED, table, wanted);
  return { key, maxBytes: column.maxBytes ?? 0, isOn, ignored: table.ignored };
}

function takenKeys(table: Table, paths: readonly JsonPath[] | undefined): WantedKeys {
  const columns = takingColumns(table);
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

/** Digests of what becomes of keys, by whether unknown ones are kept. With another one, the same file counts otherwise. */
export interface KeysDigests {
  readonly kept: string;
  readonly plain: string;
}

/** The digests for a table: of the keys that it takes and of those that it ignores. */
export function keysDigests({ ignored }: Table, { names, exact = false, layout = [] }: WantedKeys): KeysDigests {
  const paths = layout.map(({ path }) => JSON.stringify(path));
  const text = JSON.stringify([exact, [...names].sort(), paths.sort(), [...ignored].sort()]);
  const digest = (policy: string) => createHash('md5').update(`${policy} ${text}`).digest('hex');
  return { kept: digest('kept'), plain: digest('plain') };
}

/** The keys of paths that each lead to a first-level key of their own; undefined for any other paths. */
export function ownKeys(paths: readonly JsonPath[]): readonly string[] | undefined {
  const keys = paths.flatMap((path) => (path.length === 1 && typeof path[0] === 'string' ? [path[0]] : []));
  return new Set(keys).size === paths.length ? keys : undefined;
}

/** The kind of a column's values. */
export function kindOfColumn({ type }: Column): ValueKind {
  return KINDS[type];
}

/** The kinds of values, by the types of columns. */
const KINDS: Readonly<Record<Column['type'], ValueKind>> = {
  varchar: 'text',
  bigint: 'whole',
  double: 'real',
  timestamp: 'any',
  other: 'any',
};
