import { createHash, type Hash, hash } from 'node:crypto';
import { breathe } from './breathe.ts';
import { unbzip2 } from './compressed/bzip2.ts';
import { gunzip } from './compressed/gzip.ts';
import { unzstd } from './compressed/zstd.ts';
import { compressionOf } from './compression.ts';
import type { ObjectStore, ReadableStore, SourceObject } from './objects.ts';

const NOTHING = new Uint8Array(0);
const DECOMPRESS = { gzip: gunzip, bzip2: unbzip2, zstd: unzstd };

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
  #isOdd = false;

  constructor(store: ReadableStore, object: SourceObject) {
    this.#store = store;
    this.#object = object;
  }

  /** The file's text bytes, decompressed as its name says. Throws BrokenFile. */
  content(): AsyncIterable<Uint8Array> {
    const compression = compressionOf(this.#object.uri);
    const onOdd = () => {
      this.#isOdd = true;
    };
    return compression === 'none' ? this.raw() : DECOMPRESS[compression](this.raw(), onOdd, this.#object.label);
  }

  /** Whether programs differ about how to read the compressed file. Call it at the end. */
  get isOdd(): boolean {
    return this.#isOdd;
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
