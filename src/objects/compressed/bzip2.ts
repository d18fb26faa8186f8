import { BrokenFile, BYTES_BEHIND, ENDS_EARLY } from './broken.ts';
import { BitReader } from './bzip2-bits.ts';
import { readBlock } from './bzip2-block.ts';
import { textOf } from './bzip2-text.ts';
import { Feed } from './feed.ts';

/** No block is longer: 18,002 groups of 50 codes of 20 bits, and what comes before them. */
const MOST_BLOCK_BYTES = 2_400_000;
const LEVEL_BYTES = 100_000;
const BLOCK = 0x314159265359;
const END = 0x177245385090;

/**
 * The text of a bzip2 file, whose streams follow each other. Memory is bounded: a block has at most 900,000 bytes, and
 * its text, which may be 50 times longer, comes in pieces. Only zeros may follow the last stream. `onOdd` is called for
 * zeros and for a second stream, which other programs may not read. Throws BrokenFile.
 */
export async function* unbzip2(source: AsyncIterable<Uint8Array>, onOdd: () => void): AsyncGenerator<Uint8Array> {
  const feed = new Feed(source);
  try {
    let level = levelOf(await feed.take(4));
    if (level === undefined) throw new BrokenFile(feed.hasEnded ? ENDS_EARLY : 'it does not begin like one');
    while (level !== undefined) {
      yield* streamOf(feed, level);
      const ahead = await feed.peek(4);
      level = levelOf(ahead);
      if (ahead.length > 0) onOdd();
      if (level !== undefined) feed.advance(4);
    }
    if (!(await feed.holdsOnlyZeros())) throw new BrokenFile(BYTES_BEHIND);
  } finally {
    feed.close();
  }
}

/** The level of compression, 1 to 9, from the first 4 bytes of a stream; undefined if they are none of a stream. */
function levelOf(bytes: Uint8Array = new Uint8Array(0)): number | undefined {
  const [, level] = /^BZh([1-9])$/.exec(Buffer.from(bytes.subarray(0, 4)).toString('latin1')) ?? [];
  return level === undefined ? undefined : Number(level);
}

/** The text of one stream. */
async function* streamOf(feed: Feed, level: number): AsyncGenerator<Uint8Array> {
  const bits = new BitReader(feed);
  const bytes = new Uint32Array(level * LEVEL_BYTES);
  let crc = 0;
  for (;;) {
    await bits.prepare(MOST_BLOCK_BYTES);
    const magic = bits.read48();
    if (magic === END) break;
    if (magic !== BLOCK) throw new BrokenFile('a block does not begin like one');
    const block = readBlock(bits, bytes);
    crc = (((crc << 1) | (crc >>> 31)) ^ block.crc) >>> 0;
    yield* textOf(block, bytes);
  }
  if (bits.read32() !== crc) throw new BrokenFile('a stream has a wrong checksum');
  bits.leave();
}
