import { BrokenFile, ENDS_EARLY } from './broken.ts';
import type { Feed } from './feed.ts';

/** Reads bits, the highest of each byte first. Throws BrokenFile at the end of the bytes that were made ready. */
export class BitReader {
  readonly #feed: Feed;
  #bytes: Uint8Array = new Uint8Array(0);
  #next = 0;
  /** Bits of bytes before the next one that have not been read: the lowest `#count` of `#held`. */
  #held = 0;
  #count = 0;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** Makes so many bytes ready, or all up to the end of the file. */
  async prepare(bytes: number): Promise<void> {
    this.#feed.advance(this.#next);
    this.#next = 0;
    this.#bytes = await this.#feed.peek(bytes);
  }

  /** Leaves the feed at the first byte of which nothing has been read. What was read must be longer than 3 bytes. */
  leave(): void {
    this.#feed.advance(this.#next - (this.#count >> 3));
  }

  /** The next bits, at most 24, without reading them. */
  peek(bits: number): number {
    while (this.#count < bits) {
      this.#held = (this.#held << 8) | this.#byte();
      this.#count += 8;
    }
    return (this.#held >>> (this.#count - bits)) & ((1 << bits) - 1);
  }

  /** Passes over bits that have been peeked at. */
  advance(bits: number): void {
    this.#count -= bits;
  }

  /** The next bits, at most 24. */
  read(bits: number): number {
    const value = this.peek(bits);
    this.#count -= bits;
    return value;
  }

  /** The next 32 or 48 bits. */
  read32(): number {
    return this.read(16) * 0x10000 + this.read(16);
  }

  read48(): number {
    return this.read(24) * 0x1000000 + this.read(24);
  }

  #byte(): number {
    const byte = this.#bytes[this.#next];
    if (byte === undefined) {
      throw new BrokenFile(this.#feed.hasEnded ? ENDS_EARLY : 'a block is longer than any that bzip2 writes');
    }
    this.#next += 1;
    return byte;
  }
}
