import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { breathe } from './breathe.ts';
import { isGzip, type ObjectStore, type SourceObject } from './objects.ts';

/** What was learnt of a file while its bytes went by: its identity is by content, so that a touched file is not new. */
export interface ContentId {
  readonly version: string;
  readonly size: number;
}

/** Watches a file's raw bytes go by; `id()` afterwards tells its identity. A version from the listing is kept. */
export class ContentReader {
  readonly #store: Pick<ObjectStore, 'read'>;
  readonly #object: SourceObject;
  readonly #hash = createHash('sha256');
  #size = 0;
  #isPadded = false;

  constructor(store: Pick<ObjectStore, 'read'>, object: SourceObject) {
    this.#store = store;
    this.#object = object;
  }

  /** The file's text bytes, decompressed where its name says gzip. Throws zlib's errors on a broken gzip file. */
  content(): AsyncIterable<Uint8Array> {
    return isGzip(this.#object.uri) ? this.#unzipped() : this.raw();
  }

  /** Whether zeros follow the end of the gzip data; readers differ on such files. Ask at the end. */
  get isPadded(): boolean {
    return this.#isPadded;
  }

  /** The file's bytes as they are. */
  async *raw(): AsyncIterable<Uint8Array> {
    for await (const chunk of this.#store.read(this.#object)) {
      this.#size += chunk.length;
      if (this.#object.version === undefined) {
        this.#hash.update(chunk);
      }
      yield chunk;
    }
  }

  /** The identity of what was read; call it once, at the end. */
  id(): ContentId {
    return { version: this.#object.version ?? `sha256:${this.#hash.digest('hex')}`, size: this.#size };
  }

  /** All members of the file. At a zero behind one zlib stops, whatever follows: it may be zeros only, up to the file's end. */
  async *#unzipped(): AsyncIterable<Uint8Array> {
    const source = new WatchedBytes(this.raw());
    const gunzip = createGunzip();
    try {
      // Errors of either side surface where the result is iterated.
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

/** Bytes that can be read to their end also after their first reader has stopped. */
class WatchedBytes implements AsyncIterable<Uint8Array> {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #read = 0;
  /** How many bytes there are up to the last one that is not zero. */
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

  /** Releases the source. Not waited for: a read that is under way may take its time. */
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

/** A file's identity: from the listing, or else by reading all of it. */
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
