import { identify } from '../objects/bytes.ts';
import type { ObjectStore } from '../objects/objects.ts';
import type { Ledger, LedgerVersion } from './ledger.ts';
import type { MovedFile, PlannedFile } from './plan.ts';

/** New and changed files, and those of them that were only moved. */
export interface Sorted {
  readonly files: readonly PlannedFile[];
  readonly moved: readonly MovedFile[];
}

/**
 * Tells moved files from those that are to be loaded. A file was moved when its content is loaded under other names only
 * and none of them holds it now: were it loaded again, its rows would win over what has corrected them since. A new file
 * with the content of one that is still there is a copy: it is loaded, and told. `store` is where the files lie, all of
 * the table `table`.
 */
export async function sortMoved(
  files: readonly PlannedFile[],
  { table, store, ledger }: { readonly table: string; readonly store: ObjectStore; readonly ledger: Ledger },
): Promise<Sorted> {
  const contents = contentsOf(ledger, table, new Set(files.map(({ object }) => object.size)));
  const sizes = new Set([...contents.values()].map(([first]) => first?.size));
  const sorted = { files: [] as PlannedFile[], moved: [] as MovedFile[] };
  for (const file of files) {
    const { object } = file;
    const version = sizes.has(object.size) ? (await identify(store, object)).version : undefined;
    const places = contents.get(contentKey(object.size, version)) ?? [];
    const last = places.at(-1);
    if (last === undefined || version === undefined || places.some(({ uri }) => uri === object.uri)) {
      sorted.files.push(file);
    } else if (places.some((place) => ledger.holds(place))) {
      sorted.files.push(file.reason === 'new' ? { ...file, reason: 'copied' } : file);
    } else {
      sorted.moved.push({ object, version, from: last.uri, records: last.records, rejected: last.rejected });
    }
  }
  return sorted;
}

/** Where contents of some sizes were loaded, oldest first. Empty files hold no rows that could win. */
function contentsOf(ledger: Ledger, table: string, sizes: ReadonlySet<number>): Map<string, LedgerVersion[]> {
  const contents = new Map<string, LedgerVersion[]>();
  for (const version of ledger.loadedVersions(table)) {
    if (sizes.has(version.size) && version.records > 0) {
      const key = contentKey(version.size, version.version);
      contents.set(key, [...(contents.get(key) ?? []), version]);
    }
  }
  return contents;
}

function contentKey(size: number, version: string | undefined): string {
  return `${size} ${version}`;
}
