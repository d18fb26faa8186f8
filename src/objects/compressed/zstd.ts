import { pipeline, Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { messageOf, StarloadError } from '../../errors.ts';
import { compressionOf } from '../compression.ts';
import type { SourceObject } from '../objects.ts';
import { BrokenFile, BYTES_BEHIND, ENDS_EARLY } from './broken.ts';
import { Feed } from './feed.ts';
import { bodyOf, type FrameHead, frameKind, readHead, skipFrame } from './zstd-frame.ts';

type Decompress = () => Transform;

/** Node's decompressor of zstd; undefined in Node.js 20 and in 22 before 22.15. */
const NODES = (zlib as { readonly createZstdDecompress?: Decompress }).createZstdDecompress;

/** Whether this version of Node.js can decompress zstd. */
export const HAS_ZSTD = NODES !== undefined;

/** The most memory for the window of a frame: what zstd takes without `--long=28` or more. */
const MOST_WINDOW = 128n * 1024n * 1024n;
/** Every decompressor takes windows up to this size (RFC 8878, 3.1.1.1.2). */
const USUAL_WINDOW = 8n * 1024n * 1024n;

/**
 * The text of a zstd file, whose frames follow each other. Node's decompressor stops after the first one, and until
 * Node.js 24 it takes a file that is cut for a whole one, so each frame is handed to one of its own. Only zeros may follow
 * the last. `onOdd` is called for zeros, several frames and large windows, which other programs may not read. Throws
 * BrokenFile, and StarloadError if this Node.js has no decompressor.
 */
export async function* unzstd(
  source: AsyncIterable<Uint8Array>,
  onOdd: () => void,
  name: string,
): AsyncGenerator<Uint8Array> {
  const decompress = NODES ?? refuse(name);
  const feed = new Feed(source);
  try {
    let kind = frameKind(await feed.peek(4));
    if (kind === undefined) throw new BrokenFile(feed.hasEnded ? ENDS_EARLY : 'it does not begin like one');
    for (let isFirst = true; kind !== undefined; isFirst = false) {
      if (!isFirst || kind === 'skippable') onOdd();
      if (kind === 'data') yield* frameOf(feed, decompress, onOdd);
      else await skipFrame(feed);
      kind = frameKind(await feed.peek(4));
    }
    if ((await feed.peek(1)).length > 0) onOdd();
    if (!(await feed.holdsOnlyZeros())) throw new BrokenFile(BYTES_BEHIND);
  } finally {
    feed.close();
  }
}

/** Throws StarloadError if this Node.js cannot decompress one of these files. */
export function assertReadable(objects: readonly SourceObject[]): void {
  const zstd = HAS_ZSTD ? undefined : objects.find(({ uri }) => compressionOf(uri) === 'zstd');
  if (zstd !== undefined) refuse(zstd.label);
}

function refuse(name: string): never {
  throw new StarloadError(`${name} is compressed with zstd, which Node.js ${process.versions.node} cannot read`, {
    next: 'Use Node.js 22.15 or newer, or compress the file with gzip.',
  });
}

/** The text of one frame. */
async function* frameOf(feed: Feed, decompress: Decompress, onOdd: () => void): AsyncGenerator<Uint8Array> {
  const head = await readHead(feed);
  if (head.window > MOST_WINDOW)
    throw new BrokenFile('it needs more than 128 MiB of memory: compress it without --long');
  if (head.window > USUAL_WINDOW) onOdd();
  try {
    // Errors of either side are thrown when the result is iterated.
    yield* pipeline(Readable.from(frameBytes(feed, head)), decompress(), () => {});
  } catch (error) {
    throw isOfData(error) ? new BrokenFile(messageOf(error)) : error;
  }
}

async function* frameBytes(feed: Feed, head: FrameHead): AsyncGenerator<Uint8Array> {
  yield head.bytes;
  yield* bodyOf(feed, head);
}

function isOfData(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || (code.startsWith('ZSTD_') && code !== 'ZSTD_error_memory_allocation');
}
