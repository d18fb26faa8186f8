import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../errors.ts';
import { BrokenFile, BYTES_BEHIND } from './broken.ts';

/**
 * The text of a gzip file, whose members follow each other. zlib stops at a zero after a member, whatever follows. Only
 * zeros may follow, up to the end of the file; `onOdd` is called for them, because other programs may not read them.
 * Throws BrokenFile.
 */
export async function* gunzip(source: AsyncIterable<Uint8Array>, onOdd: () => void): AsyncGenerator<Uint8Array> {
  const watched = new WatchedBytes(source);
  const unzip = createGunzip();
  try {
    // Errors of either side are thrown when the result is iterated.
    yield* pipeline(Readable.from(watched), unzip, () => {});
    await watched.drain();
  } catch (error) {
    throw isZlibError(error) ? new BrokenFile(messageOf(error)) : error;
  } finally {
    watched.close();
  }
  if (watched.lastFilled > unzip.bytesWritten) throw new BrokenFile(BYTES_BEHIND);
  if (watched.read > unzip.bytesWritten) onOdd();
}

function isZlibError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_');
}

/** Bytes that can be read to their end even after their first reader has stopped. */
class WatchedBytes implements AsyncIterable<Uint8Array> {
  readonly #iterator: AsyncIterator<Uint8Array>;
  /** The number of bytes read, and of those up to the last one that is not zero. */
  read = 0;
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
      if (last >= 0) this.lastFilled = this.read + last + 1;
      this.read += next.value.length;
    }
    return next;
  }
}
