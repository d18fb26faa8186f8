import { BrokenFile } from './broken.ts';
import type { Block } from './bzip2-block.ts';

const PIECE = 64 * 1024;
/** After so many equal bytes follows how many more of them there are. */
const EQUAL = 4;
const MOST_MORE = 255;

/** The text of a block, in pieces. Throws BrokenFile at its end if its CRC is not that of the block. */
export function* textOf(block: Block, bytes: Uint32Array): Generator<Uint8Array> {
  linkInOrder(bytes, block.length);
  let link = bytes[block.origin] as number;
  let crc = 0xffffffff;
  let piece = new Uint8Array(PIECE);
  let filled = 0;
  let last = -1;
  let equal = 0;
  for (let left = block.length; left > 0; left -= 1) {
    link = bytes[link >>> 8] as number;
    const byte = link & 0xff;
    if (equal === EQUAL) {
      piece.fill(last, filled, filled + byte);
      filled += byte;
      crc = crcOfRun(crc, last, byte);
      equal = 0;
      last = -1;
    } else {
      piece[filled] = byte;
      filled += 1;
      crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] as number);
      equal = byte === last ? equal + 1 : 1;
      last = byte;
    }
    if (filled >= PIECE - MOST_MORE) {
      yield piece.subarray(0, filled);
      piece = new Uint8Array(PIECE);
      filled = 0;
    }
  }
  if (equal === EQUAL) throw new BrokenFile('a run without its length');
  if (~crc >>> 0 !== block.crc) throw new BrokenFile('a block has a wrong checksum');
  yield piece.subarray(0, filled);
}

/**
 * Undoes the sorting of the block (Burrows-Wheeler transform): adds to each byte, above its lowest 8 bits, where the one
 * that follows it in the text is.
 */
function linkInOrder(bytes: Uint32Array, length: number): void {
  const places = new Uint32Array(256);
  for (let at = 0; at < length; at += 1) {
    places[bytes[at] as number] = (places[bytes[at] as number] as number) + 1;
  }
  let before = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const count = places[byte] as number;
    places[byte] = before;
    before += count;
  }
  for (let at = 0; at < length; at += 1) {
    const byte = (bytes[at] as number) & 0xff;
    const place = places[byte] as number;
    places[byte] = place + 1;
    bytes[place] = ((bytes[place] as number) | (at << 8)) >>> 0;
  }
}

/** bzip2's CRC: the polynomial of CRC-32, but with the highest bit first, unlike zlib's. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) {
    crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc;
});

function crcOfRun(crc: number, byte: number, times: number): number {
  let result = crc;
  for (let left = times; left > 0; left -= 1) {
    result = (result << 8) ^ (CRC_TABLE[((result >>> 24) ^ byte) & 0xff] as number);
  }
  return result;
}
