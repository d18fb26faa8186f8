import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { unzstd } from '../../src/objects/compressed/zstd.ts';
import {
  HAS_ZSTD,
  inChunks,
  LINES,
  LINES_ZSTD,
  LONG_27,
  LONG_28,
  NEEDS_ZSTD,
  oneBitChanged,
  outcomeOf,
  PIPED_ZSTD,
  SKIPPABLE,
  zstdSync,
} from '../support/compressed.ts';
import { describeIf, testIf } from '../support/skips.ts';

const { concat, alloc, from } = Buffer;

describeIf(HAS_ZSTD, NEEDS_ZSTD)('zstd', () => {
  test.each<[string, Uint8Array, string, boolean]>([
    ['a file', LINES_ZSTD, LINES, false],
    ['a pipe', PIPED_ZSTD, LINES, false],
    ['frames that follow each other', concat([LINES_ZSTD, PIPED_ZSTD]), LINES + LINES, true],
    ['skippable frames', concat([SKIPPABLE, LINES_ZSTD, SKIPPABLE, SKIPPABLE]), LINES, true],
    ['a window of 128 MiB', LONG_27, LINES, true],
    ['zeros behind the end', concat([LINES_ZSTD, alloc(20_000)]), LINES, true],
    ['nothing but a skippable frame', SKIPPABLE, '', true],
  ])('reads %s, in whatever pieces it comes', async (_, bytes, text, isOdd) => {
    for (const size of [1, 7, bytes.length]) expect(await outcomeOf(unzstd, bytes, size)).toEqual({ text, isOdd });
  });

  test('reads a frame of nothing, of one byte again and again, and of many blocks', async () => {
    for (const text of ['', 'x'.repeat(500_000), randomBytes(500_000).toString('latin1')]) {
      expect(await outcomeOf(unzstd, zstdSync(from(text, 'latin1')), 65_536)).toEqual({ text, isOdd: false });
    }
  });

  test.each<[string, Uint8Array, string]>([
    ['an empty file', alloc(0), 'unexpected end of file'],
    ['another text', from(LINES), 'it does not begin like one'],
    ['text behind the end', concat([LINES_ZSTD, from('text')]), 'other bytes follow the end of the compressed data'],
    [
      'less than a number behind the end',
      concat([LINES_ZSTD, from('x')]),
      'other bytes follow the end of the compressed data',
    ],
    [
      'a frame behind zeros',
      concat([LINES_ZSTD, alloc(9), LINES_ZSTD]),
      'other bytes follow the end of the compressed data',
    ],
    ['half a frame behind the end', concat([LINES_ZSTD, LINES_ZSTD.subarray(0, 40)]), 'unexpected end of file'],
    [
      'half a skippable frame behind the end',
      concat([LINES_ZSTD, SKIPPABLE.subarray(0, -1)]),
      'unexpected end of file',
    ],
    ['a wrong checksum', changed(LINES_ZSTD, LINES_ZSTD.length - 1, 1), "Restored data doesn't match checksum"],
    ['a window of 256 MiB', LONG_28, 'it needs more than 128 MiB of memory: compress it without --long'],
    [
      'a frame of 16 EiB that is its own window',
      from('28b52ffde4ffffffffffffffff010000', 'hex'),
      'it needs more than 128 MiB of memory: compress it without --long',
    ],
    ['a dictionary', from('28b52ffd05580701000000', 'hex'), 'it needs a dictionary'],
  ])('refuses %s', async (_, bytes, broken) => {
    expect(await outcomeOf(unzstd, bytes)).toEqual({ broken });
  });

  test('refuses a file that is cut anywhere', async () => {
    for (let end = 0; end < PIPED_ZSTD.length; end += 1) {
      expect(await outcomeOf(unzstd, PIPED_ZSTD.subarray(0, end))).toEqual({ broken: 'unexpected end of file' });
    }
  });

  test('gives the same text or an error, whichever bit is changed', async () => {
    for (const file of [LINES_ZSTD, PIPED_ZSTD]) {
      let broken = 0;
      for (const bytes of oneBitChanged(file)) {
        const outcome = await outcomeOf(unzstd, bytes);
        if ('broken' in outcome) broken += 1;
        else expect(outcome.text).toBe(LINES);
      }
      expect(broken).toBeGreaterThan(7.5 * file.length);
    }
  });

  test('hands on the error of a file that cannot be read', async () => {
    const failing = async function* () {
      yield* inChunks(LINES_ZSTD.subarray(0, 40));
      throw new Error('the disk is gone');
    };
    const read = async () => {
      for await (const _ of unzstd(failing(), () => {}, 'x'));
    };
    await expect(read()).rejects.toThrow('the disk is gone');
  });
});

testIf(!HAS_ZSTD, 'zstd that cannot be read: Node.js has it from 22.15 on')(
  'a Node.js without zstd refuses the file, and says what to do',
  async () => {
    await expect(outcomeOf(unzstd, LINES_ZSTD)).rejects.toMatchObject({
      message: `x is compressed with zstd, which Node.js ${process.versions.node} cannot read`,
      next: 'Use Node.js 22.15 or newer, or compress the file with gzip.',
    });
  },
);

function changed(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const copy = from(bytes);
  copy[at] = (copy[at] as number) ^ mask;
  return copy;
}
