import { BrokenFile, ENDS_EARLY } from './broken.ts';
import type { Feed } from './feed.ts';

/** A frame holds data, or is skipped: programs write what they like into such frames. */
export type FrameKind = 'data' | 'skippable';

const DATA = 0xfd2fb528;
/** The 16 numbers whose lowest 4 bits are anything. */
const SKIPPABLE = 0x184d2a50;

/** What kind of frame begins with these bytes; undefined if none does. */
export function frameKind(bytes: Uint8Array): FrameKind | undefined {
  if (bytes.length < 4) return undefined;
  const magic = Buffer.from(bytes).readUInt32LE();
  if (magic === DATA) return 'data';
  return (magic & ~0xf) >>> 0 === SKIPPABLE ? 'skippable' : undefined;
}

/** Passes over a skippable frame, whose length may be 4 GiB. */
export async function skipFrame(feed: Feed): Promise<void> {
  const head = Buffer.from(await take(feed, 8));
  let left = head.readUInt32LE(4);
  while (left > 0) {
    const ahead = await feed.peek(1);
    if (ahead.length === 0) throw new BrokenFile(ENDS_EARLY);
    const bytes = Math.min(left, ahead.length);
    feed.advance(bytes);
    left -= bytes;
  }
}

/** The head of a frame of data, as it is written (RFC 8878, 3.1.1.1). */
export interface FrameHead {
  readonly bytes: Uint8Array;
  /** So much of what was decompressed may be referred to: it is kept in memory. */
  readonly window: bigint;
  readonly hasChecksum: boolean;
}

/** Reads the head of a frame of data. */
export async function readHead(feed: Feed): Promise<FrameHead> {
  const flags = Buffer.from(await look(feed, 5))[4] as number;
  const isSingle = (flags & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][flags & 3] as number;
  const content = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] as number;
  const at = 5 + (isSingle ? 0 : 1);
  const bytes = Buffer.from(await take(feed, at + dictionary + content));
  if (bytes.subarray(at, at + dictionary).some((byte) => byte !== 0)) throw new BrokenFile('it needs a dictionary');
  const window = isSingle ? contentSize(bytes.subarray(at + dictionary)) : windowSize(bytes[5] as number);
  return { bytes, window, hasChecksum: (flags & 4) !== 0 };
}

function windowSize(written: number): bigint {
  const base = 1n << BigInt(10 + (written >> 3));
  return base + (base / 8n) * BigInt(written & 7);
}

function contentSize(bytes: Buffer): bigint {
  if (bytes.length === 8) return bytes.readBigUInt64LE();
  return BigInt(bytes.readUIntLE(0, bytes.length) + (bytes.length === 2 ? 256 : 0));
}

/** The blocks of a frame after its head, and its checksum: exactly the bytes that belong to it. */
export async function* bodyOf(feed: Feed, { hasChecksum }: FrameHead): AsyncGenerator<Uint8Array> {
  let isLast = false;
  while (!isLast) {
    const head = Buffer.from(await look(feed, 3)).readUIntLE(0, 3);
    isLast = (head & 1) === 1;
    // A run is one byte and how often it is repeated.
    const isRun = ((head >> 1) & 3) === 1;
    yield await take(feed, 3 + (isRun ? 1 : head >> 3));
  }
  if (hasChecksum) yield await take(feed, 4);
}

async function look(feed: Feed, bytes: number): Promise<Uint8Array> {
  const ahead = await feed.peek(bytes);
  if (ahead.length < bytes) throw new BrokenFile(ENDS_EARLY);
  return ahead.subarray(0, bytes);
}

async function take(feed: Feed, bytes: number): Promise<Uint8Array> {
  const taken = await feed.take(bytes);
  if (taken === undefined) throw new BrokenFile(ENDS_EARLY);
  return taken;
}
