import { BrokenFile } from './broken.ts';
import type { BitReader } from './bzip2-bits.ts';

/** The longest code of a symbol, in bits. */
const LONGEST = 20;
/** Codes up to this length are found with one look. */
const SHORT = 10;

/** The codes of the symbols of a block: those of one length are consecutive numbers, in the order of the symbols. */
export class HuffmanCodes {
  /** For each beginning of SHORT bits, 32 times the symbol plus the length of its code; 0 if the code is longer. */
  readonly #short = new Uint16Array(1 << SHORT);
  /** For each length, the first code that is longer when cut to it. */
  readonly #limits = new Int32Array(LONGEST + 1);
  /** For each length, what to subtract from a code for its place in `#symbols`. */
  readonly #bases = new Int32Array(LONGEST + 1);
  readonly #symbols: Uint16Array;

  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    let code = 0;
    let placed = 0;
    for (let length = 1; length <= LONGEST; length += 1) {
      this.#bases[length] = code - placed;
      for (let symbol = 0; symbol < lengths.length; symbol += 1) {
        if (lengths[symbol] === length) {
          this.#place(code, length, symbol);
          this.#symbols[placed] = symbol;
          placed += 1;
          code += 1;
        }
      }
      this.#limits[length] = code;
      code <<= 1;
    }
  }

  /** Reads one symbol. Throws BrokenFile if the bits are no code. */
  read(bits: BitReader): number {
    const found = this.#short[bits.peek(SHORT)] ?? 0;
    if (found !== 0) {
      bits.advance(found & 31);
      return found >> 5;
    }
    return this.#readLong(bits);
  }

  #place(code: number, length: number, symbol: number): void {
    if (length <= SHORT) {
      const first = code << (SHORT - length);
      this.#short.fill((symbol << 5) | length, first, first + (1 << (SHORT - length)));
    }
  }

  #readLong(bits: BitReader): number {
    for (let length = SHORT + 1; length <= LONGEST; length += 1) {
      const code = bits.peek(length);
      if (code < (this.#limits[length] as number)) {
        bits.advance(length);
        const symbol = this.#symbols[code - (this.#bases[length] as number)];
        if (symbol !== undefined) return symbol;
      }
    }
    throw new BrokenFile('a code that no symbol has');
  }
}

/** The code of every symbol, written as differences of lengths. */
export function readCodes(bits: BitReader, symbols: number): HuffmanCodes {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    while (bits.read(1) === 1) {
      length += bits.read(1) === 0 ? 1 : -1;
      if (length < 1 || length > LONGEST) break;
    }
    if (length < 1 || length > LONGEST) throw new BrokenFile(`a code of ${length} bits`);
    lengths[symbol] = length;
  }
  return new HuffmanCodes(lengths);
}
