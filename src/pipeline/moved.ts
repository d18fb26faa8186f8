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
 * Separates moved files from files to load. A file was moved if its content is loaded only under other names, and fewer
 * files hold it now than were loaded with it: loading it again would let its rows win over later corrections. Otherwise
 * a new file is a copy of one that still exists: it is loaded and reported. If no file holds the content any more, all
 * new files with it were moved. `store` is the store of all files of table `table`.
 */
export async function sortMoved(
  files: readonly PlannedFile[],
  { table, store, ledger }: { readonly table: string; readonly store: ObjectStore; readonly ledger: Ledger },
): Promise<Sorted> {
  const contents = contentsOf(ledger, table, new Set(files.map(({ object }) => object.size)));
  const sizes = new Set([...contents.values()].map(({ size }) => size));
  const sorted = { files: [] as PlannedFile[], moved: [] as MovedFile[] };
  for (const file of files) {
    const { object } = file;
    const version = sizes.has(object.size) ? (await identify(store, object)).version : undefined;
    const content = contents.get(contentKey(object.size, version));
    if (content === undefined || version === undefined || content.uris.has(object.uri)) {
      sorted.files.push(file);
    } else if (content.left.length > 0 || content.held === 0) {
      const { uri, records, rejected } = content.left.pop() ?? content.last;
      sorted.moved.push({ object, version, from: uri, records, rejected });
    } else {
      sorted.files.push(file.reason === 'new' ? { ...file, reason: 'copied' } : file);
    }
  }
  return sorted;
}

/** A content, and the files of the ledger that were loaded with it or moved. */
interface Content {
  readonly size: number;
  readonly uris: ReadonlySet<string>;
  /** How many of them hold it now. */
  readonly held: number;
  /** The files that no longer hold it, as many as have no file that took their place. The oldest come first. */
  readonly left: LedgerVersion[];
  readonly last: LedgerVersion;
}

/** The loaded contents of certain sizes. Empty files are left out: they hold no rows that could win. */
function contentsOf(ledger: Ledger, table: string, sizes: ReadonlySet<number>): ReadonlyMap<string, Content> {
  const versions = new Map<string, LedgerVersion[]>();
  for (const version of ledger.loadedVersions(table)) {
    if (sizes.has(version.size) && version.records > 0) {
      const key = contentKey(version.size, version.version);
      versions.set(key, [...(versions.get(key) ?? []), version]);
    }
  }
  return new Map([...versions].map(([key, places]) => [key, contentOf(ledger, places)]));
}

/** `places` are the versions with this content, oldest first; at least one. */
function contentOf(ledger: Ledger, places: readonly LedgerVersion[]): Content {
  const byUri = new Map(places.map((place) => [place.uri, place]));
  const loaded = new Set(places.filter(({ status }) => status === 'loaded').map(({ uri }) => uri));
  const left = [...byUri.values()].filter((place) => !ledger.holds(place));
  const held = byUri.size - left.length;
  const last = places.at(-1) as LedgerVersion;
  return { size: last.size, uris: new Set(byUri.keys()), held, left: newest(left, loaded.size - held), last };
}

function newest(places: readonly LedgerVersion[], count: number): LedgerVersion[] {
  return count <= 0 ? [] : places.slice(-count);
}

function contentKey(size: number, version: string | undefined): string {
  return `${size} ${version}`;
}
