import { BrokenFile } from './broken.ts';
import type { BitReader } from './bzip2-bits.ts';
import { type HuffmanCodes, readCodes } from './bzip2-huffman.ts';

/** A block as it is before its bytes are put in order. */
export interface Block {
  /** The CRC that its text has. */
  readonly crc: number;
  /** Where the first byte of the text is. */
  readonly origin: number;
  readonly length: number;
}

/** So many symbols are read with the same codes. */
const GROUP = 50;
/** The most tables of codes, and the most groups that a block of 900,000 bytes has. */
const MOST_TABLES = 6;
const MOST_GROUPS = 18_002;

/** Reads a block after its magic number. Writes its bytes into `into`, whose length is the most that it may hold. */
export function readBlock(bits: BitReader, into: Uint32Array): Block {
  const crc = bits.read32();
  if (bits.read(1) === 1) throw new BrokenFile('a block is randomised, as only bzip2 before 0.9.5 wrote it');
  const origin = bits.read(24);
  const used = readUsedBytes(bits);
  const groups = readGroups(bits, used.length + 2);
  const length = readBytes(bits, groups, used, into);
  if (origin >= length) throw new BrokenFile('a block begins outside itself');
  return { crc, origin, length };
}

/** The bytes that occur in the block, as two levels of bit maps. */
function readUsedBytes(bits: BitReader): Uint8Array {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range += 1) {
    const members = ((ranges >> (15 - range)) & 1) === 1 ? bits.read(16) : 0;
    for (let member = 0; member < 16; member += 1) {
      if (((members >> (15 - member)) & 1) === 1) used.push(range * 16 + member);
    }
  }
  if (used.length === 0) throw new BrokenFile('a block uses no bytes');
  return Uint8Array.from(used);
}

/** The codes of each group of symbols. */
function readGroups(bits: BitReader, symbols: number): readonly HuffmanCodes[] {
  const tables = bits.read(3);
  if (tables < 2 || tables > MOST_TABLES) throw new BrokenFile(`a block has ${tables} tables of codes`);
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => readCodes(bits, symbols));
  // Some programs write more groups than a block can have; none of these is used.
  return selectors.slice(0, MOST_GROUPS).map((table) => codes[table] as HuffmanCodes);
}

function readSelectors(bits: BitReader, tables: number): readonly number[] {
  const recent = Array.from({ length: tables }, (_, table) => table);
  return Array.from({ length: bits.read(15) }, () => {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= tables) throw new BrokenFile('a block names a table of codes that it does not have');
    }
    const [table = 0] = recent.splice(place, 1);
    recent.unshift(table);
    return table;
  });
}

/** Reads the symbols of a block: a byte is told by its place among those met most recently, a run by its length. */
function readBytes(bits: BitReader, groups: readonly HuffmanCodes[], used: Uint8Array, into: Uint32Array): number {
  const end = used.length + 1;
  const bytes = new BlockBytes(used, into);
  for (const codes of groups) {
    for (let place = 0; place < GROUP; place += 1) {
      const symbol = codes.read(bits);
      if (symbol < 2) {
        bytes.lengthen(symbol);
      } else {
        bytes.endRun();
        if (symbol === end) return bytes.length;
        bytes.add(symbol - 1);
      }
    }
  }
  throw new BrokenFile('a block without an end');
}

class BlockBytes {
  length = 0;
  readonly #recent: Uint8Array;
  readonly #into: Uint32Array;
  /** How often the byte met last is repeated, and what the next digit of that number is worth. */
  #run = 0;
  #digit = 1;

  constructor(recent: Uint8Array, into: Uint32Array) {
    this.#recent = recent;
    this.#into = into;
  }

  /** The next digit of a run's length, the lowest first: 0 stands for one, 1 for two. */
  lengthen(symbol: number): void {
    this.#run += this.#digit << symbol;
    this.#digit <<= 1;
    if (this.#run > this.#into.length - this.length) throw tooLong();
  }

  endRun(): void {
    if (this.#run === 0) return;
    this.#into.fill(this.#recent[0] as number, this.length, this.length + this.#run);
    this.length += this.#run;
    this.#run = 0;
    this.#digit = 1;
  }

  /** Adds the byte at a place among those met most recently. */
  add(place: number): void {
    if (this.length === this.#into.length) throw tooLong();
    const recent = this.#recent;
    const byte = recent[place] as number;
    for (let at = place; at > 0; at -= 1) {
      recent[at] = recent[at - 1] as number;
    }
    recent[0] = byte;
    this.#into[this.length] = byte;
    this.length += 1;
  }
}

function tooLong(): BrokenFile {
  return new BrokenFile('a block is larger than the file says');
}
