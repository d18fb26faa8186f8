import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { ListPage } from '../../src/objects/objects.ts';
import { listInParallel } from '../../src/objects/s3/listing.ts';
import { s3Place } from '../../src/objects/s3/object.ts';
import { compareKeys, type Page, type PageQuery } from '../../src/objects/s3/page.ts';
import type { S3Store } from '../../src/objects/s3/store.ts';
import { Bucket, type ListQuery } from '../standin/s3-buckets.ts';
import { withS3 } from '../standin/s3-place.ts';

async function pagesOf(store: S3Store, root: string): Promise<ListPage[]> {
  const pages: ListPage[] = [];
  for await (const page of store.list(root)) {
    pages.push(page);
  }
  return pages;
}

async function keysOf(store: S3Store, root: string): Promise<string[]> {
  const pages = await pagesOf(store, root);
  return pages.flatMap(({ objects }) => objects.map((object) => s3Place(object)?.key ?? ''));
}

function inByteOrder(keys: readonly string[]): string[] {
  return keys
    .map((key) => Buffer.from(key))
    .sort(Buffer.compare)
    .map(String);
}

const ODD_KEYS = [
  'a b.json',
  'a+b.json',
  'a%20b.json',
  'a%25.json',
  '100%.json',
  `it's "quoted".json`,
  'line\nbreak.json',
  'return\rtab\t.json',
  'bell\u0007.json',
  'a//b.json',
  '/leading.json',
  '//x.json',
  'é.json',
  'e\u0301.json',
  '日本.json',
  '😀.json',
  '\uFFFD.json',
  '<a&b>.json',
  'back\\slash.json',
  "!'()*~;:@=$,?#[]{}|^`.json",
  ' .json',
  '\u2028.json',
  '\u0085.json',
];

describe('listing a folder in S3', () => {
  test('keeps to the folder, passes over what is hidden or of another kind, and names each version', () =>
    withS3(async ({ server, store }) => {
      for (const key of ['log_data/', 'log_data/b/', 'log_data/.hidden/', 'log_data2/x.json', 'log_data.json']) {
        server.put('b', key, '');
      }
      server.put('b', 'log_data/.hidden/x.json', '{}');
      server.put('b', 'log_data/b/__MACOSX/x.json', '{}');
      server.put('b', 'log_data/b/notes.txt', 'x');
      server.put('b', 'log_data/odd/', 'not empty');
      server.put('b', 'log_data/Z.JSON', '{}');
      const { etag } = server.put('b', 'log_data/b/a.json.gz', '123');
      for (const root of ['s3://b/log_data', 's3://b/log_data/']) {
        const [page] = await pagesOf(store, root);
        const gzip = {
          uri: 's3://b/log_data/b/a.json.gz',
          label: 's3://b/log_data/b/a.json.gz',
          size: 3,
          version: etag,
        };
        expect(page?.objects).toEqual([
          expect.objectContaining({ uri: 's3://b/log_data/Z.JSON' }),
          expect.objectContaining(gzip),
        ]);
        expect(page?.skipped).toEqual([
          { label: 's3://b/log_data/.hidden/x.json', reason: 'hidden' },
          { label: 's3://b/log_data/b/__MACOSX/x.json', reason: 'hidden' },
          { label: 's3://b/log_data/b/notes.txt', reason: 'its name does not end in .json or .json.gz' },
          { label: 's3://b/log_data/odd/', reason: 'its name does not end in .json or .json.gz' },
        ]);
      }
    }));

  test('takes an object for a source of one file, an empty folder for empty, and a whole bucket', () =>
    withS3(async ({ server, store }) => {
      server.put('b', 'paths.jsn', '{}');
      server.put('b', 'empty/', '');
      expect(await keysOf(store, 's3://b/paths.jsn')).toEqual(['paths.jsn']);
      expect(await keysOf(store, 's3://b/empty')).toEqual([]);
      server.put('b', 'x.json', '{}');
      expect(await keysOf(store, 's3://b')).toEqual(['x.json']);
      expect(await keysOf(store, 's3://b/')).toEqual(['x.json']);
    }));

  test('takes an object for a source where only reading it is allowed', () =>
    withS3(async ({ server, store }) => {
      server.put('b', 'paths.json', '{}');
      server.faults = ({ operation }) =>
        operation === 'ListObjectsV2' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
      expect(await keysOf(store, 's3://b/paths.json')).toEqual(['paths.json']);
      await expect(keysOf(store, 's3://b/other.json')).rejects.toThrow('cannot list s3://b/other.json: S3 denies it');
    }));

  test('refuses a place where nothing is', () =>
    withS3(async ({ server, store }) => {
      server.put('b', 'log_data2/x.json', '');
      await expect(keysOf(store, 's3://b/log_data')).rejects.toThrow('nothing is at s3://b/log_data');
      await expect(keysOf(store, 's3://b/log_data/')).rejects.toThrow('nothing is at s3://b/log_data/');
    }));

  test('brings every character a key may hold through listing, reading and URI', () =>
    withS3(async ({ server, store, work }) => {
      for (const key of ODD_KEYS) {
        server.put('b', `odd/${key}`, key);
      }
      const [page] = await pagesOf(store, 's3://b/odd');
      const objects = page?.objects ?? [];
      expect(objects.map((object) => s3Place(object)?.key)).toEqual(inByteOrder(ODD_KEYS.map((key) => `odd/${key}`)));
      for (const object of objects) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of store.read(object)) {
          chunks.push(chunk);
        }
        expect(`odd/${Buffer.concat(chunks)}`).toBe(s3Place(object)?.key);
        await store.assertUnchanged(object);
        expect(object.uri).toMatch(/^s3:\/\/b\/odd\/[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
        const { etag } = await work
          .copy(object, `s3://copies/${object.uri.slice('s3://b/'.length)}`)
          .catch(async () => {
            server.createBucket('copies');
            return work.copy(object, `s3://copies/${object.uri.slice('s3://b/'.length)}`);
          });
        expect(etag).toBe(object.version);
      }
      expect(server.list('copies')).toEqual(server.list('b'));
      await work.remove(objects.map(({ uri }) => uri));
      expect(server.list('b')).toEqual([]);
    }));

  test('lists thousands of objects over pages and folders, several requests at once', () =>
    withS3(async ({ server, store }) => {
      const keys = [
        ...Array.from({ length: 1500 }, (_, at) => `d/flat-${at}.json`),
        ...Array.from({ length: 1200 }, (_, at) => `d/deep/${at % 7}/${at % 3}/${at}.json`),
        ...Array.from({ length: 800 }, (_, at) => `d/small/${at}/x.json`),
      ];
      for (const key of keys) {
        server.put('b', key, '');
      }
      expect(await keysOf(store, 's3://b/d')).toEqual(inByteOrder(keys));
      expect(server.requests.length).toBeLessThan(20);
    }));
});

describe('listing in parallel', () => {
  const odd = fc.constantFrom('a', 'a!', 'a.', 'a0', 'b', 'é', '😀', '\uFFFD', '');
  const number = fc.nat(60).map(String);
  const key = fc.oneof(
    fc.array(odd, { minLength: 1, maxLength: 4 }),
    fc.tuple(odd, number),
    fc.tuple(odd, number, odd),
  );
  const keys = fc.uniqueArray(
    key.map((names) => names.join('/')),
    { minLength: 1, maxLength: 250, size: 'max' },
  );

  function placeOf(after: string | undefined, token: string | undefined): ListQuery['after'] {
    const last: { key?: string; prefix?: string } = token === undefined ? { key: after } : JSON.parse(token);
    const key = last.key ?? last.prefix;
    return key === undefined ? undefined : { key, isPrefix: last.prefix !== undefined };
  }

  /** A page reader over keys, with small pages and answers that come in any order. */
  function readerOf(bucket: Bucket, pageSize: number, delays: readonly number[]) {
    const state = { requests: 0, busy: 0, most: 0 };
    const readPage = async ({ prefix, after, byFolder, token }: PageQuery): Promise<Page> => {
      state.requests += 1;
      state.busy += 1;
      state.most = Math.max(state.most, state.busy);
      for (let left = delays[state.requests % delays.length] ?? 0; left > 0; left -= 1) await Promise.resolve();
      state.busy -= 1;
      const query = { prefix, delimiter: byFolder ? '/' : '', after: placeOf(after, token), max: pageSize };
      const items = bucket.list(query);
      const page = items.slice(0, pageSize);
      return {
        objects: page.flatMap((item) => ('key' in item ? [{ key: item.key, size: 0, etag: '' }] : [])),
        folders: page.flatMap((item) => ('prefix' in item ? [item.prefix] : [])),
        isLast: items.length <= pageSize,
        token: JSON.stringify(page.at(-1)),
      };
    };
    return { state, readPage };
  }

  async function listed(readPage: (query: PageQuery) => Promise<Page>, prefix = ''): Promise<string[]> {
    const found: string[] = [];
    for await (const objects of listInParallel(prefix, readPage)) {
      found.push(...objects.map(({ key }) => key));
    }
    return found;
  }

  test('gives what a plain listing gives, in its order, whatever the keys, the pages and the delays', () =>
    fc.assert(
      fc.asyncProperty(
        keys,
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.nat(40), { minLength: 1 }),
        fc.constantFrom('', 'a/', 'a', 'b/a/'),
        async (all, pageSize, delays, prefix) => {
          const bucket = new Bucket('us-east-1');
          for (const each of all) bucket.put(each, Buffer.alloc(0));
          const plain = bucket.list({ prefix, delimiter: '', after: undefined, max: all.length });
          const { readPage } = readerOf(bucket, pageSize, delays);
          expect(await listed(readPage, prefix)).toEqual(plain.map((item) => 'key' in item && item.key));
        },
      ),
      { numRuns: 500 },
    ));

  test('keeps up to eight requests under way, and does not run far ahead of its reader', async () => {
    const bucket = new Bucket('us-east-1');
    for (let at = 0; at < 3000; at += 1) bucket.put(`${at % 60}/${at}`, Buffer.alloc(0));
    const { readPage, state } = readerOf(bucket, 10, [5]);
    const pages = listInParallel('', readPage)[Symbol.asyncIterator]();
    await pages.next();
    await pages.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(state.most).toBe(8);
    expect(state.requests).toBeLessThan(50);
  });

  test('needs few more requests than a plain listing, whether folders are big or hold one file each', async () => {
    const shapes: Record<string, (at: number) => string> = {
      'one file a folder': (at) => `${at}/x`,
      'few big folders': (at) => `${at % 4}/${at}`,
      flat: (at) => `${at}`,
      'folders of twenty': (at) => `${at % 40}/${at % 50}/${at}`,
    };
    for (const shape of Object.values(shapes)) {
      const bucket = new Bucket('us-east-1');
      for (let at = 0; at < 40_000; at += 1) bucket.put(shape(at), Buffer.alloc(0));
      const { readPage, state } = readerOf(bucket, 1000, [1]);
      expect(await listed(readPage)).toHaveLength(40_000);
      expect(state.requests).toBeLessThan(150);
    }
  });

  test('hands on a failure, even when it comes ahead of its turn', async () => {
    const bucket = new Bucket('us-east-1');
    for (let at = 0; at < 300; at += 1) bucket.put(`${at % 30}/${at}`, Buffer.alloc(0));
    const { readPage, state } = readerOf(bucket, 10, [1]);
    const failing = (query: PageQuery) => (state.requests > 10 ? Promise.reject(new Error('no')) : readPage(query));
    await expect(listed(failing)).rejects.toThrow('no');
  });

  test('compares keys as bytes', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    ));
});
