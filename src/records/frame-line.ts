/**
 * The number of bytes kept of a line that began in an earlier chunk: enough for the first half of an excerpt in the
 * widest characters.
 */
const TAIL_BYTES = 1024;
const EXCERPT_BEFORE = 78;
const EXCERPT = 118;
const BYTES_PER_CHARACTER = 4;
const NEWLINE = 0x0a;

/**
 * The line being read: its number, and the data needed to give the column of a mistake. Chunks are not kept. If a line
 * continues in the next chunk, its characters are counted and its last bytes are copied.
 */
export class SourceLine {
  number = 1;
  /** The position in the current chunk where the line begins; 0 also if it began in an earlier chunk. */
  start = 0;
  #columns = 0;
  #isBlank = true;
  #tail: Uint8Array = new Uint8Array(0);

  /** Ends the line at the byte `at`. */
  startNext(at: number): void {
    this.number += 1;
    this.start = at + 1;
  }

  /** Ends a chunk. The line continues in the next one. */
  carry(chunk: Uint8Array): void {
    this.#isBlank = this.isBlankBefore(chunk, chunk.length);
    this.#columns = this.#columnsBefore(chunk, chunk.length);
    const from = Math.max(this.start, chunk.length - TAIL_BYTES);
    this.#tail = concat(this.#earlier(), chunk.subarray(from)).slice(-TAIL_BYTES);
    this.start = 0;
  }

  /** Whether the line is empty before the next chunk. Call it between chunks. */
  get isEmpty(): boolean {
    return this.#columns === 0;
  }

  /** Whether the line holds only blanks before the byte at `at`. */
  isBlankBefore(chunk: Uint8Array, at: number): boolean {
    return (this.start > 0 || this.#isBlank) && chunk.subarray(this.start, at).every(isBlank);
  }

  /** The column, counted from 1, of the byte at `at`. */
  columnAt(chunk: Uint8Array, at: number): number {
    return this.#columnsBefore(chunk, at) + 1;
  }

  /** The line around the character that is `back` characters (all but the last of them ASCII) before `at`. */
  excerpt(chunk: Uint8Array, at: number, back: number): string {
    const earlier = this.#earlier();
    const from = Math.max(this.start, at - TAIL_BYTES);
    const text = concat(earlier, chunk.subarray(from, endOfLine(chunk, at)));
    let place = earlier.length + at - from;
    for (let left = back; left > 0 && place > 0; left -= 1) place = characterBefore(text, place);
    const before = charactersOf(text.subarray(0, place)).slice(-EXCERPT_BEFORE);
    const after = charactersOf(text.subarray(place));
    const isCut = this.columnAt(chunk, at) - 1 - back > before.length;
    return `${isCut ? '…' : ''}${before.join('')}${shorten(after, EXCERPT - before.length)}`;
  }

  #columnsBefore(chunk: Uint8Array, at: number): number {
    let columns = this.start === 0 ? this.#columns : 0;
    for (let index = this.start; index < at; index += 1) {
      if (((chunk[index] as number) & 0xc0) !== 0x80) columns += 1;
    }
    return columns;
  }

  #earlier(): Uint8Array {
    return this.start === 0 ? this.#tail : new Uint8Array(0);
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

function characterBefore(text: Uint8Array, place: number): number {
  let index = place - 1;
  while (index > 0 && ((text[index] as number) & 0xc0) === 0x80) index -= 1;
  return index;
}

/** A line end at the position itself is shown, because it is the mistake. */
function endOfLine(chunk: Uint8Array, at: number): number {
  const most = Math.min(chunk.length, at + EXCERPT * BYTES_PER_CHARACTER);
  if (chunk[at] === NEWLINE) return at + 1;
  const end = chunk.indexOf(NEWLINE, at);
  return end === -1 ? most : Math.min(end, most);
}

function charactersOf(bytes: Uint8Array): string[] {
  return [...new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)].map(makeVisible);
}

function makeVisible(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character) ? '\ufffd' : character;
}

function shorten(characters: readonly string[], most: number): string {
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : characters.join('');
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
