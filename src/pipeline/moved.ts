import { identify } from '../objects/bytes.ts';
import type { ObjectStore } from '../objects/objects.ts';
import type { Ledger, LedgerVersion } from './ledger.ts';
import type { MovedFile, PlannedFile } from './plan.ts';

/** New and changed files, separated from files that were only moved. */
export interface Sorted {
  readonly files: readonly PlannedFile[];
  readonly moved: readonly MovedFile[];
}

/**
 * Separates moved files from files to load. A file was moved if its content is loaded only under other names, and none
 * of those files holds it now. Loading it again would let its rows win over later corrections. A new file with the same
 * content as an existing file is a copy: it is loaded and reported. `store` is the store of all files of table `table`.
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

/**
 * Where contents of certain sizes were loaded, oldest first. Empty files are left out: they hold no rows that could
 * win.
 */
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
