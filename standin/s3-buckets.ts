import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** An object. Its bytes are read only on demand, because they may be in a file. */
export interface StoredObject {
  readonly etag: string;
  readonly size: number;
  readonly modified: Date;
  readonly body: () => Buffer;
}

/** The decoded parameters of a listing. */
export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  /** Exclusive; a common prefix represents all its keys. */
  readonly after: { readonly key: string; readonly isPrefix: boolean } | undefined;
  readonly max: number;
}

export type ListItem = { readonly key: string; readonly object: StoredObject } | { readonly prefix: string };

/** A bucket in memory; a mounted folder's files are read-only objects of it. */
export class Bucket {
  readonly region: string;
  readonly #objects = new Map<string, StoredObject>();
  #sorted: readonly Buffer[] | undefined;

  constructor(region: string, folder?: string) {
    this.region = region;
    for (const [key, object] of folder === undefined ? [] : filesBelow(folder, '')) {
      this.#objects.set(key, object);
    }
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  put(key: string, body: Uint8Array, etag = md5(body)): StoredObject {
    const bytes = Buffer.from(body);
    const object = { etag, size: bytes.length, modified: new Date(), body: () => bytes };
    if (!this.#objects.has(key)) {
      this.#sorted = undefined;
    }
    this.#objects.set(key, object);
    return object;
  }

  remove(key: string): void {
    if (this.#objects.delete(key)) {
      this.#sorted = undefined;
    }
  }

  /** Keys and common prefixes in the order of their bytes: one more than requested, if there are more. */
  list({ prefix, delimiter, after, max }: ListQuery): readonly ListItem[] {
    const keys = this.#sortedKeys();
    const items: ListItem[] = [];
    let at = firstAtLeast(keys, bytesOf(prefix));
    if (after !== undefined) {
      at = Math.max(at, after.isPrefix ? pastPrefix(keys, after.key, 0) : pastKey(keys, after.key));
    }
    while (items.length <= max && at < keys.length) {
      const key = (keys[at] as Buffer).toString();
      if (!key.startsWith(prefix)) {
        break;
      }
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const common = key.slice(0, end + delimiter.length);
      items.push(end < 0 ? { key, object: this.#objects.get(key) as StoredObject } : { prefix: common });
      at = end < 0 ? at + 1 : pastPrefix(keys, common, at);
    }
    return items;
  }

  #sortedKeys(): readonly Buffer[] {
    this.#sorted ??= [...this.#objects.keys()].map(bytesOf).sort(Buffer.compare);
    return this.#sorted;
  }
}

/** A file's ETag changes with its time. Only an upload's ETag is its MD5, in S3 too. */
function* filesBelow(folder: string, prefix: string): Iterable<[string, StoredObject]> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* filesBelow(path, `${prefix}${entry.name}/`);
      continue;
    }
    const { size, mtime } = statSync(path);
    const etag = createHash('md5').update(`${path}\n${size}\n${mtime.getTime()}`).digest('hex');
    yield [`${prefix}${entry.name}`, { etag: `${etag}-1`, size, modified: mtime, body: () => readFileSync(path) }];
  }
}

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text);
}

function pastKey(keys: readonly Buffer[], key: string): number {
  const at = firstAtLeast(keys, bytesOf(key));
  return keys[at]?.equals(bytesOf(key)) ? at + 1 : at;
}

function pastPrefix(keys: readonly Buffer[], prefix: string, from: number): number {
  const bytes = bytesOf(prefix);
  let at = Math.max(from, firstAtLeast(keys, bytes));
  while (keys[at]?.subarray(0, bytes.length).equals(bytes)) {
    at += 1;
  }
  return at;
}

function firstAtLeast(keys: readonly Buffer[], wanted: Buffer): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(keys[middle] as Buffer, wanted) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
