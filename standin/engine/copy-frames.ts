/** A root-level value of a file, or why there is none. Lines count from 1. */
export interface Frame {
  readonly bytes: Buffer;
  /** The line of its last byte, which Redshift reports (pages "SYS_LOAD_ERROR_DETAIL" and "STL_LOAD_ERRORS"). */
  readonly lastLine: number;
  /** The position of its start in the file. */
  readonly offset: number;
  readonly flaw: string | undefined;
}

/** AWS: "Data format parameters", JSON: the largest object COPY takes (page "COPY from JSON format"). */
export const MAX_OBJECT_BYTES = 4 * 1024 * 1024;

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === NEWLINE || byte === 0x0d;
const isOpening = (byte: number): boolean => byte === 0x7b || byte === 0x5b;
const isClosing = (byte: number): boolean => byte === 0x7d || byte === 0x5d;

/**
 * Cuts a file into its root-level objects and arrays, separated only by white space (page "COPY from JSON format"). Each
 * stretch of other characters between them is one flaw. It only counts brackets and does not check that a frame is JSON.
 */
export class Frames {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #isGarbage = false;
  #line = 1;
  #offset = 0;

  /** Adds the next bytes of the file and yields the complete frames. */
  *push(chunk: Buffer): Generator<Frame> {
    let from = this.#isIdle ? -1 : 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (this.#isGarbage && (isBlank(byte) || isOpening(byte))) {
        yield this.#take(chunk.subarray(from, at), at - 1);
        from = -1;
      }
      if (from === -1 && !isBlank(byte)) from = at;
      if (this.#closes(byte)) {
        yield this.#take(chunk.subarray(from, at + 1), at);
        from = -1;
      }
      if (byte === NEWLINE) this.#line += 1;
    }
    if (from !== -1) this.#hold(chunk.subarray(from));
    this.#offset += chunk.length;
  }

  /** Handles the end of the file. */
  *end(): Generator<Frame> {
    if (!this.#isIdle) {
      const flaw = this.#isGarbage ? 'Invalid value.' : 'Unexpected end of file in a JSON object.';
      yield { ...this.#take(Buffer.alloc(0), 0), flaw };
    }
  }

  get #isIdle(): boolean {
    return this.#depth === 0 && !this.#isGarbage;
  }

  /** Processes a byte; true if it closes a root-level value. */
  #closes(byte: number): boolean {
    if (this.#isInText) this.#readText(byte);
    else if (byte === QUOTE && this.#depth > 0) this.#isInText = true;
    else if (isOpening(byte)) this.#depth += 1;
    else if (isClosing(byte) && this.#depth > 0) {
      this.#depth -= 1;
      return this.#depth === 0;
    } else if (this.#depth === 0 && !isBlank(byte)) this.#isGarbage = true;
    return false;
  }

  #readText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInText = false;
  }

  #hold(piece: Buffer): void {
    this.#heldBytes += piece.length;
    // Bytes beyond the limit are counted but not kept.
    if (this.#heldBytes <= MAX_OBJECT_BYTES + 1) this.#held.push(Buffer.from(piece));
  }

  #take(last: Buffer, at: number): Frame {
    this.#hold(last);
    const flaw = this.#isGarbage ? 'Invalid value.' : this.#sizeFlaw();
    const frame = {
      bytes: Buffer.concat(this.#held),
      lastLine: this.#line,
      offset: Math.max(0, this.#offset + at + 1 - this.#heldBytes),
      flaw,
    };
    this.#held = [];
    this.#heldBytes = 0;
    this.#depth = 0;
    this.#isInText = false;
    this.#isGarbage = false;
    return frame;
  }

  #sizeFlaw(): string | undefined {
    return this.#heldBytes > MAX_OBJECT_BYTES ? 'JSON object is larger than 4 MB.' : undefined;
  }
}
