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

  constructor(store: Pick<ObjectStore, 'read'>, object: SourceObject) {
    this.#store = store;
    this.#object = object;
  }

  /** The file's text bytes, decompressed where its name says gzip. Throws zlib's errors on a broken gzip file. */
  content(): AsyncIterable<Uint8Array> {
    return isGzip(this.#object.uri) ? gunzip(this.raw()) : this.raw();
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

function gunzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // Errors of either side surface where the result is iterated.
  return pipeline(Readable.from(chunks), createGunzip(), () => {});
}
