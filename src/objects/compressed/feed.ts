/** The bytes of a compressed file, in pieces of the sizes that its format asks for. */
export class Feed {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #ahead: Uint8Array = new Uint8Array(0);
  #hasEnded = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#iterator = chunks[Symbol.asyncIterator]();
  }

  /** Whether all bytes of the file have been read or are ahead. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The bytes ahead: at least so many, or all up to the end of the file. They stay as they are. */
  async peek(atLeast: number): Promise<Uint8Array> {
    if (this.#ahead.length < atLeast && !this.#hasEnded) {
      const chunks = [this.#ahead];
      let length = this.#ahead.length;
      for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
        chunks.push(chunk);
        length += chunk.length;
        if (length >= atLeast) break;
      }
      this.#ahead = Buffer.concat(chunks);
    }
    return this.#ahead;
  }

  /** The next so many bytes; undefined if the file ends before. */
  async take(bytes: number): Promise<Uint8Array | undefined> {
    const ahead = await this.peek(bytes);
    if (ahead.length < bytes) return undefined;
    this.advance(bytes);
    return ahead.subarray(0, bytes);
  }

  /** Passes over bytes that have been peeked at. */
  advance(bytes: number): void {
    this.#ahead = this.#ahead.subarray(bytes);
  }

  /** Whether the rest of the file holds nothing but zeros. Reads it to its end. */
  async holdsOnlyZeros(): Promise<boolean> {
    for (let chunk: Uint8Array | undefined = this.#ahead; chunk !== undefined; chunk = await this.#next()) {
      if (chunk.some((byte) => byte !== 0)) return false;
    }
    return true;
  }

  /** Releases the source. Does not wait, because a read in progress may take time. */
  close(): void {
    this.#iterator.return?.().catch(() => {});
  }

  async #next(): Promise<Uint8Array | undefined> {
    const next = await this.#iterator.next();
    this.#hasEnded = next.done === true;
    return next.done === true ? undefined : next.value;
  }
}
