import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { SourceObject } from '../../src/objects/objects.ts';
import { ReadAhead } from '../../src/objects/read-ahead.ts';

const MEGABYTE = 1024 * 1024;

/** A store whose files hold their own URI, and that counts what is under way. */
function slowStore(failing: ReadonlySet<string> = new Set()) {
  const seen = { now: 0, most: 0, bytes: 0, mostBytes: 0, reads: 0 };
  return {
    seen,
    async *read({ uri, size }: SourceObject): AsyncIterable<Uint8Array> {
      seen.reads += 1;
      seen.now += 1;
      seen.bytes += size;
      seen.most = Math.max(seen.most, seen.now);
      seen.mostBytes = Math.max(seen.mostBytes, seen.bytes);
      await sleep(1);
      seen.now -= 1;
      seen.bytes -= size;
      if (failing.has(uri)) {
        throw new Error(`no ${uri}`);
      }
      yield Buffer.from(uri);
    },
    list: () => {
      throw new Error('not asked');
    },
  };
}

const objectsOf = (sizes: readonly number[]): SourceObject[] =>
  sizes.map((size, at) => ({ uri: `s3://b/${at}`, label: `${at}`, size, version: 'v' }));

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString();
  }
  return text;
}

test('gives every file its own bytes, in order, each read once, within the limits', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(1, 10, MEGABYTE, 20 * MEGABYTE, 100 * MEGABYTE), { maxLength: 80 }),
      async (sizes) => {
        const store = slowStore();
        const objects = objectsOf(sizes);
        const ahead = new ReadAhead(store, objects);
        for (const object of objects) {
          expect(await textOf(ahead.read(object))).toBe(object.uri);
        }
        expect(store.seen.reads).toBe(objects.length);
        expect(store.seen.most).toBeLessThanOrEqual(33);
        expect(store.seen.mostBytes).toBeLessThanOrEqual(32 * MEGABYTE + 100 * MEGABYTE);
      },
    ),
    { numRuns: 25 },
  ));

test('reads small files side by side', async () => {
  const store = slowStore();
  const objects = objectsOf(Array.from({ length: 100 }, () => 240));
  const ahead = new ReadAhead(store, objects);
  for (const object of objects) {
    await textOf(ahead.read(object));
  }
  expect(store.seen.most).toBeGreaterThan(16);
});

test('a file that cannot be read fails when its turn comes, and not before', async () => {
  const objects = objectsOf([1, 1, 1, 1]);
  const ahead = new ReadAhead(slowStore(new Set(['s3://b/2'])), objects);
  const outcomes = [];
  for (const object of objects) {
    outcomes.push(await textOf(ahead.read(object)).catch((error: Error) => error.message));
  }
  expect(outcomes).toEqual(['s3://b/0', 's3://b/1', 'no s3://b/2', 's3://b/3']);
});
