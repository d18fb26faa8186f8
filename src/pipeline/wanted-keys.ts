import type { WantedKeys } from '../objects/frame-keys.ts';
import type { ValueKind } from '../objects/normalise.ts';
import { type Column, loadedColumns, type Table } from '../sql/catalogue.ts';

/** A path of keys and indexes, from the record down. */
type Path = readonly (string | number)[];

/**
 * The first-level keys that a table's columns are loaded from: by their names, in any case, or by paths, one for each
 * loaded column. What is below the first level is nobody's business but the engine's.
 */
export function wantedKeys(table: Table, paths?: readonly Path[]): WantedKeys {
  const columns = loadedColumns(table);
  if (paths === undefined) {
    return { names: columns.map(({ name }) => name), kinds: columns.map(kindOfColumn) };
  }
  const kinds = new Map<string, ValueKind>();
  for (const [index, [key, ...below]] of paths.entries()) {
    if (typeof key === 'string') {
      const kind = below.length > 0 ? 'any' : kindOfColumn(columns[index]);
      kinds.set(key, (kinds.get(key) ?? kind) === kind ? kind : 'any');
    }
  }
  return { names: [...kinds.keys()], kinds: [...kinds.values()], exact: true };
}

function kindOfColumn(column: Column | undefined): ValueKind {
  return column?.type === 'varchar' ? 'text' : column?.type === 'bigint' ? 'whole' : 'any';
}
