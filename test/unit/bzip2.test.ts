import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unbzip2 } from '../../src/objects/compressed/bzip2.ts';
import {
  bzip2Sync,
  HAS_BZIP2,
  inChunks,
  LINES,
  LINES_BZIP2,
  NEEDS_BZIP2,
  NOTHING_BZIP2,
  oneBitChanged,
  outcomeOf,
  RANDOM,
  RANDOM_BZIP2,
  RUNS,
  RUNS_BZIP2,
  THREE_BLOCKS,
  ZEROS_BZIP2,
} from '../support/compressed.ts';
import { testIf } from '../support/skips.ts';

const { concat, alloc, from } = Buffer;
const ZERO = alloc(3);
const level1 = concat([from('BZh1'), LINES_BZIP2.subarray(4)]);

test.each<[string, Uint8Array, string, boolean]>([
  ['lines', LINES_BZIP2, LINES, false],
  ['a smaller level', level1, LINES, false],
  ['several blocks', THREE_BLOCKS, '{"ts":1}\n'.repeat(30_000), false],
  ['all bytes', RANDOM_BZIP2, RANDOM.toString('latin1'), false],
  ['runs of all lengths', RUNS_BZIP2, RUNS, false],
  ['nothing', NOTHING_BZIP2, '', false],
  [
    'two streams of different levels',
    concat([LINES_BZIP2, THREE_BLOCKS, NOTHING_BZIP2, level1]),
    `${LINES}${'{"ts":1}\n'.repeat(30_000)}${LINES}`,
    true,
  ],
  ['zeros behind the end', concat([LINES_BZIP2, alloc(20_000)]), LINES, true],
])('reads %s, in whatever pieces they come', async (_, bytes, text, isOdd) => {
  for (const size of [1, 7, bytes.length]) expect(await outcomeOf(unbzip2, bytes, size)).toEqual({ text, isOdd });
});

test.each<[string, Uint8Array, string]>([
  ['an empty file', alloc(0), 'unexpected end of file'],
  ['another text', from(LINES), 'it does not begin like one'],
  ['level 0', concat([from('BZh0'), LINES_BZIP2.subarray(4)]), 'it does not begin like one'],
  ['text behind the end', concat([LINES_BZIP2, from('text')]), 'other bytes follow the end of the compressed data'],
  [
    'text far behind',
    concat([LINES_BZIP2, alloc(20_000), from('x')]),
    'other bytes follow the end of the compressed data',
  ],
  [
    'a stream behind zeros',
    concat([LINES_BZIP2, ZERO, LINES_BZIP2]),
    'other bytes follow the end of the compressed data',
  ],
  ['half a stream behind the end', concat([LINES_BZIP2, LINES_BZIP2.subarray(0, 40)]), 'unexpected end of file'],
  [
    'a block that is larger than the level says',
    concat([from('BZh1'), ZEROS_BZIP2.subarray(4)]),
    'a block is larger than the file says',
  ],
  ['a randomised block', changed(LINES_BZIP2, 14, 0x80), 'a block is randomised, as only bzip2 before 0.9.5 wrote it'],
  ['a wrong checksum of a block', changed(LINES_BZIP2, 10, 1), 'a block has a wrong checksum'],
  ['a wrong checksum of the stream', changed(LINES_BZIP2, LINES_BZIP2.length - 2, 1), 'a stream has a wrong checksum'],
])('refuses %s', async (_, bytes, broken) => {
  expect(await outcomeOf(unbzip2, bytes)).toEqual({ broken });
});

test('refuses a file that is cut anywhere', async () => {
  for (let end = 0; end < LINES_BZIP2.length; end += 1) {
    expect(await outcomeOf(unbzip2, LINES_BZIP2.subarray(0, end))).toEqual({ broken: 'unexpected end of file' });
  }
});

test('gives the same text or an error, whichever bit is changed', async () => {
  let broken = 0;
  for (const bytes of oneBitChanged(level1)) {
    const outcome = await outcomeOf(unbzip2, bytes);
    if ('broken' in outcome) broken += 1;
    else expect(outcome.text).toBe(LINES);
  }
  // The others are levels, and the bits behind the end.
  expect(8 * level1.length - broken).toBeLessThan(12);
});

test('never holds the text of a block, which may be far larger than the block', async () => {
  let bytes = 0;
  for await (const chunk of unbzip2(inChunks(ZEROS_BZIP2), () => {})) {
    expect(chunk.length).toBeLessThanOrEqual(64 * 1024);
    bytes += chunk.length;
  }
  expect(bytes).toBe(150 * 1024 * 1024);
});

testIf(HAS_BZIP2, NEEDS_BZIP2)('reads whatever bzip2 writes', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 2000 })).map(([byte, times]) => alloc(times, byte)),
    fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(300)).map(([bytes, times]) => concat(Array(times).fill(bytes))),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5000 }),
      async (pieces, level, size) => {
        const bytes = concat(pieces);
        const outcome = await outcomeOf(unbzip2, bzip2Sync(bytes, level), size);
        expect(outcome).toEqual({ text: bytes.toString('latin1'), isOdd: false });
      },
    ),
    { numRuns: 40 },
  );
});

function changed(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const copy = from(bytes);
  copy[at] = (copy[at] as number) ^ mask;
  return copy;
}
