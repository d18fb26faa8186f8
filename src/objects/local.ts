import { closeSync, type Dirent, openSync, readdirSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, printable, StarloadError } from '../errors.ts';
import { ContentCache } from './content-cache.ts';
import {
  isHidden,
  type ListPage,
  listOne,
  type ObjectStore,
  reasonToSkip,
  type SkippedObject,
  type SourceObject,
} from './objects.ts';
import { isSettled, lastChange, tellsChanges, traceOf } from './trace.ts';

/** A local file, and what the listing saw of it: by that a change is noticed. */
interface LocalObject extends SourceObject {
  readonly path: string;
  readonly seen: string;
  /** When it last changed, in milliseconds since 1970. */
  readonly changed: number;
  readonly device: number;
}

/** Large enough for throughput, small enough for a small heap. */
const CHUNK_BYTES = 1024 * 1024;

/** What is known of files from earlier commands, the clock, and which file systems are trusted. */
export interface LocalOptions {
  readonly contents?: ContentCache | undefined;
  readonly now?: () => number;
  readonly tellsChanges?: (path: string) => boolean;
}

/**
 * Files below local directories. It reads synchronously: for thousands of small files the thread pool would cost five
 * times as much as the reads.
 */
export class LocalStore implements ObjectStore {
  readonly #contents: ContentCache;
  /** Before any file was listed. */
  readonly #opened: number;
  readonly #tellsChanges: (path: string) => boolean;
  readonly #devices = new Map<number, boolean>();

  constructor({
    contents = new ContentCache(),
    now = Date.now,
    tellsChanges: tells = tellsChanges,
  }: LocalOptions = {}) {
    this.#contents = contents;
    this.#opened = now();
    this.#tellsChanges = tells;
  }

  async *list(root: string): AsyncIterable<ListPage> {
    const stats = statRoot(root);
    if (!stats.isDirectory()) {
      yield listOne(describeFile(resolve(root)));
      return;
    }
    yield* walk(resolve(root), new Set());
  }

  async *read(object: SourceObject): AsyncIterable<Uint8Array> {
    yield* readChunks(object as LocalObject);
  }

  hasStill(object: SourceObject, version: string): boolean {
    const { seen } = object as LocalObject;
    return this.#contents.has(object.uri, seen, version);
  }

  remember(object: SourceObject, version: string): void {
    const { path, seen, changed, device } = object as LocalObject;
    if (isSettled(changed, this.#opened) && this.#trusts(device, path)) {
      this.#contents.learn(object.uri, seen, version);
    }
  }

  #trusts(device: number, path: string): boolean {
    const known = this.#devices.get(device) ?? this.#tellsChanges(path);
    this.#devices.set(device, known);
    return known;
  }
}

/** The local path of an object of a LocalStore; undefined for an object of another store. */
export function localPath(object: SourceObject): string | undefined {
  return (object as Partial<LocalObject>).path;
}

function statRoot(root: string) {
  try {
    return statSync(root);
  } catch (cause) {
    throw new StarloadError(`cannot read the source ${root}: ${messageOf(cause)}`, {
      next: 'Correct the path in dwh.cfg or on the command line, or make the folder readable. npm run generate-data makes the sample of dwh.cfg.example.',
      cause,
    });
  }
}

/** Lists one page per folder, with folders and files in the order of their names' bytes. */
function* walk(folder: string, followed: ReadonlySet<string>): Iterable<ListPage> {
  const objects: SourceObject[] = [];
  const skipped: SkippedObject[] = [];
  const folders: { path: string; isLink: boolean }[] = [];
  for (const entry of sortedEntries(folder)) {
    const path = `${folder}/${entry.name}`;
    const reason = isFolder(entry, path) ? hiddenReason(entry.name) : reasonToSkip(entry.name);
    if (reason !== undefined) {
      skipped.push({ label: printable(path), reason });
    } else if (isFolder(entry, path)) {
      folders.push({ path, isLink: entry.isSymbolicLink() });
    } else {
      objects.push(describeFile(path));
    }
  }
  yield { objects, skipped };
  for (const { path, isLink } of folders) {
    yield* isLink ? follow(path, folder, followed) : walk(path, followed);
  }
}

/** Walks a folder that is a symbolic link, unless the path there already went through it. */
function* follow(path: string, folder: string, followed: ReadonlySet<string>): Iterable<ListPage> {
  const [real, holder] = listing(path, () => [realpathSync(path), realpathSync(folder)] as const);
  if (followed.has(real) || `${holder}/`.startsWith(`${real}/`)) {
    yield {
      objects: [],
      skipped: [{ label: printable(path), reason: 'a symbolic link back to a folder that holds it' }],
    };
    return;
  }
  yield* walk(path, new Set([...followed, real]));
}

function sortedEntries(folder: string): readonly Dirent[] {
  const entries = listing(folder, () => readdirSync(folder, { withFileTypes: true }));
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

function listing<T>(folder: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new StarloadError(`cannot list ${printable(folder)}: ${printable(messageOf(cause))}`, {
      next: 'Make the folder readable.',
      cause,
    });
  }
}

function isFolder(entry: Dirent, path: string): boolean {
  return entry.isDirectory() || (entry.isSymbolicLink() && statOf(path)?.isDirectory() === true);
}

/** The target of a path; undefined if there is none, or if the links are circular. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function hiddenReason(name: string): string | undefined {
  return isHidden(name) ? 'hidden' : undefined;
}

function describeFile(path: string): LocalObject {
  const stats = statOf(path);
  if (stats === undefined || !stats.isFile()) {
    throw new StarloadError(`${printable(path)} is not a file that can be read`, {
      next: 'Remove or rename it, or the broken symbolic link.',
    });
  }
  return {
    uri: fileUri(path),
    label: printable(path),
    size: stats.size,
    version: undefined,
    path,
    seen: traceOf(stats),
    changed: lastChange(stats),
    device: stats.dev,
  };
}

/** The URI of a path on this machine. */
export function uriOf(path: string): string {
  return fileUri(resolve(path));
}

/** `file:///path` of an absolute path. Escapes everything that has a meaning in a URI or is invisible. */
function fileUri(path: string): string {
  return `file://${/^[\w./-]*$/.test(path) ? path : path.split('/').map(encodeURIComponent).join('/')}`;
}

function* readChunks({ path, label, size }: LocalObject): Iterable<Uint8Array> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    // One byte more than the listed size: a read that does not fill it is the last.
    const capacity = Math.min(CHUNK_BYTES, size + 1);
    for (let length = capacity; length === capacity; ) {
      const buffer = Buffer.allocUnsafe(capacity);
      length = readSync(descriptor, buffer, 0, capacity, null);
      yield buffer.subarray(0, length);
    }
  } catch (cause) {
    throw new StarloadError(`cannot read ${label}: ${messageOf(cause)}`, { next: 'Make the file readable.', cause });
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}
