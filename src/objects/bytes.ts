import { createHash, type Hash, hash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { breathe } from './breathe.ts';
import { isGzip, type ObjectStore, type ReadableStore, type SourceObject } from './objects.ts';

const NOTHING = new Uint8Array(0);

/**
 * What was learned about a file while its bytes were read. A file is identified by its content, so a touched file is
 * not new.
 */
export interface ContentId {
  readonly version: string;
  readonly size: number;
}

/**
 * Observes a file's raw bytes as they are read; `id()` afterwards returns its identity. A version from the listing is
 * kept.
 */
export class ContentReader {
  readonly #store: ReadableStore;
  readonly #object: SourceObject;
  /** The first chunk, until there is a second one. A file of one chunk is hashed in one call, which costs a third. */
  #only: Uint8Array = NOTHING;
  #hash: Hash | undefined;
  #size = 0;
  #isPadded = false;

  constructor(store: ReadableStore, object: SourceObject) {
    this.#store = store;
    this.#object = object;
  }

  /** The file's text bytes, decompressed if its name says gzip. Throws zlib's errors on a broken gzip file. */
  content(): AsyncIterable<Uint8Array> {
    return isGzip(this.#object.uri) ? this.#unzipped() : this.raw();
  }

  /** Whether zeros follow the end of the gzip data; readers treat such files differently. Call it at the end. */
  get isPadded(): boolean {
    return this.#isPadded;
  }

  /** The file's bytes, unchanged. */
  async *raw(): AsyncIterable<Uint8Array> {
    for await (const chunk of this.#store.read(this.#object)) {
      this.#size += chunk.length;
      if (this.#object.version === undefined) {
        this.#digest(chunk);
      }
      yield chunk;
    }
  }

  #digest(chunk: Uint8Array): void {
    if (this.#size === chunk.length) {
      this.#only = chunk;
    } else {
      this.#hash ??= createHash('sha256').update(this.#only);
      this.#hash.update(chunk);
    }
  }

  /** The identity of what was read. Call it once, at the end. */
  id(): ContentId {
    return { version: this.#object.version ?? this.#read(), size: this.#size };
  }

  #read(): string {
    const version = `sha256:${this.#hash?.digest('hex') ?? hash('sha256', this.#only, 'hex')}`;
    if (this.#size === this.#object.size) {
      this.#store.remember?.(this.#object, version);
    }
    return version;
  }

  /**
   * All gzip members of the file. zlib stops at a zero after a member, whatever follows. Only zeros may follow, up to
   * the end of the file.
   */
  async *#unzipped(): AsyncIterable<Uint8Array> {
    const source = new WatchedBytes(this.raw());
    const gunzip = createGunzip();
    try {
      // Errors of either side are thrown when the result is iterated.
      yield* pipeline(Readable.from(source), gunzip, () => {});
      await source.drain();
    } finally {
      source.close();
    }
    if (source.lastFilled > gunzip.bytesWritten) {
      throw Object.assign(new Error('other bytes follow the end of the compressed data'), { code: 'Z_DATA_ERROR' });
    }
    this.#isPadded = this.#size > gunzip.bytesWritten;
  }
}

/** Bytes that can be read to their end even after their first reader has stopped. */
class WatchedBytes implements AsyncIterable<Uint8Array> {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #read = 0;
  /** The number of bytes up to the last one that is not zero. */
  lastFilled = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#iterator = chunks[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() };
  }

  async drain(): Promise<void> {
    while ((await this.#next()).done !== true);
  }

  /** Releases the source. Does not wait, because a read in progress may take time. */
  close(): void {
    this.#iterator.return?.().catch(() => {});
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    const next = await this.#iterator.next();
    if (next.done !== true) {
      const last = next.value.findLastIndex((byte) => byte !== 0);
      if (last >= 0) this.lastFilled = this.#read + last + 1;
      this.#read += next.value.length;
    }
    return next;
  }
}

/** A file's identity: from the listing or, if that has none, by reading the whole file. */
export async function identify(store: ObjectStore, object: SourceObject): Promise<ContentId> {
  const reader = new ContentReader(store, object);
  if (object.version === undefined) {
    for await (const _ of reader.raw()) {
      await breathe();
    }
    return reader.id();
  }
  return { version: object.version, size: object.size };
}
