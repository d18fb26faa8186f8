import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { ListPage } from '../../src/objects/objects.ts';
import { compareKeys } from '../../src/objects/s3/listing.ts';
import { s3Place } from '../../src/objects/s3/object.ts';
import type { S3Store } from '../../src/objects/s3/store.ts';
import { withS3 } from '../../standin/s3-place.ts';
import type { Fault, S3Server } from '../../standin/s3-server.ts';
import { failureOf } from '../support/failures.ts';

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

const SEGMENT = fc.constantFrom('a', 'a!', 'a.', 'a0', 'a+b %', 'é', '😀', '\uFFFD', '\n', '<&>', '');
const ANY_KEYS = fc.uniqueArray(
  fc.array(SEGMENT, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
  { minLength: 1, maxLength: 40 },
);

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
          {
            label: 's3://b/log_data/b/notes.txt',
            reason: 'its name does not end in .json, .jsonl or .ndjson, with or without .gz, .zst or .bz2',
          },
          {
            label: 's3://b/log_data/odd/',
            reason: 'its name does not end in .json, .jsonl or .ndjson, with or without .gz, .zst or .bz2',
          },
        ]);
      }
    }));

  test('takes an object for a source of one file, an empty folder for empty, and a whole bucket', () =>
    withS3(async ({ server, store }) => {
      server.put('b', 'paths.jsn', '{}');
      server.put('b', 'empty/', '');
      expect(await keysOf(store, 's3://b/paths.jsn')).toEqual(['paths.jsn']);
      server.put('b', 'a.jsonl.lz4', '{}');
      expect((await pagesOf(store, 's3://b/a.jsonl.lz4')).at(-1)).toEqual({
        objects: [],
        skipped: [
          {
            label: 's3://b/a.jsonl.lz4',
            reason: 'it is compressed, but not with gzip, zstd or bzip2: decompress it, or compress it with gzip',
          },
        ],
      });
      server.remove('b', 'a.jsonl.lz4');
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

  test('takes the files whose names begin with it if there is no such folder, as COPY does', () =>
    withS3(async ({ server, store }) => {
      for (const day of ['2018-11-01', '2018-11-02', '2018-11-11']) server.put('b', `logs/${day}.json`, '{}');
      for (const key of ['logs/2018-11-0.txt', 'logs/2018-11-03/', 'logs/.2018-11-04.json']) server.put('b', key, '');
      server.remove('b', 'logs/2018-11-03/');
      server.maxKeys = 1;
      const pages = await pagesOf(store, 's3://b/logs/2018-11-0');
      expect(pages.flatMap(({ objects }) => objects.map(({ uri }) => uri))).toEqual([
        's3://b/logs/2018-11-01.json',
        's3://b/logs/2018-11-02.json',
      ]);
      expect(pages.flatMap(({ skipped }) => skipped.map(({ label }) => label))).toEqual(['s3://b/logs/2018-11-0.txt']);
      expect(await keysOf(store, 's3://b/logs/2018-11-1')).toEqual(['logs/2018-11-11.json']);
      server.put('b', 'logs/2018-11-0/x.json', '{}');
      expect(await keysOf(store, 's3://b/logs/2018-11-0')).toEqual(['logs/2018-11-0/x.json']);
      server.put('b', 'logs/2018-11-01.json/y.json', '{}');
      expect(await keysOf(store, 's3://b/logs/2018-11-0')).toEqual(['logs/2018-11-0/x.json']);
    }));

  test('does not take a folder whose name only begins that way, but names it', () =>
    withS3(async ({ server, store }) => {
      server.put('b', 'logs/2018-11-01.json', '{}');
      server.put('b', 'logs/2018-11-02/x.json', '{}');
      server.maxKeys = 1;
      const { message, next } = await failureOf(keysOf(store, 's3://b/logs/2018'));
      expect(message).toBe(
        'nothing is at s3://b/logs/2018, but the name of the folder s3://b/logs/2018-11-02/ begins that way',
      );
      expect(next).toContain('Write the whole name of the folder');
      expect(await keysOf(store, 's3://b/logs/2018-11-02')).toEqual(['logs/2018-11-02/x.json']);
      expect(await keysOf(store, 's3://b/logs/2018-11-01')).toEqual(['logs/2018-11-01.json']);
      await expect(keysOf(store, 's3://b/log')).rejects.toThrow('the folder s3://b/logs/ begins that way');
    }));

  test('is denied for a beginning only where nothing has been seen of it', () =>
    withS3(async ({ server, store }) => {
      for (const day of [1, 2, 3]) server.put('b', `logs/2018-11-0${day}.json`, '{}');
      server.maxKeys = 1;
      /** From the given listing on, counted from 1. The first one asks for a folder of that name. */
      const denyFrom = (first: number) => {
        let asked = 0;
        server.faults = ({ operation }) => {
          if (operation !== 'ListObjectsV2') return undefined;
          asked += 1;
          return asked < first ? undefined : { kind: 'error', status: 403, code: 'AccessDenied' };
        };
      };
      denyFrom(2);
      await expect(keysOf(store, 's3://b/logs/2018-11-0')).rejects.toThrow('nothing is at s3://b/logs/2018-11-0');
      denyFrom(3);
      await expect(keysOf(store, 's3://b/logs/2018-11-0')).rejects.toThrow('S3 denies it');
    }));

  test('refuses a place where nothing is', () =>
    withS3(async ({ server, store }) => {
      server.put('b', 'log_data2/x.json', '');
      await expect(keysOf(store, 's3://b/log_data')).rejects.toThrow('nothing is at s3://b/log_data');
      await expect(keysOf(store, 's3://b/log_data/')).rejects.toMatchObject({
        message: 'nothing is at s3://b/log_data/',
        next: expect.stringMatching(/^Correct the location in dwh.cfg, capitals included, or upload the files first/),
      });
      await expect(keysOf(store, 's3:///log_data2')).rejects.toMatchObject({
        next: 'Write s3://bucket/folder in dwh.cfg.',
      });
      expect(await keysOf(store, 's3://b/log_data2')).toEqual(['log_data2/x.json']);
      server.put('b', 'log_data/x.json', '');
      expect(await keysOf(store, 's3://b/log_data')).toEqual(['log_data/x.json']);
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

  test('lists thousands of objects, a page after the other, in the order of their bytes', () =>
    withS3(async ({ server, store }) => {
      const keys = [
        ...Array.from({ length: 1500 }, (_, at) => `d/flat-${at}.json`),
        ...Array.from({ length: 1200 }, (_, at) => `d/deep/${at % 7}/${at % 3}/${at}.json`),
      ];
      for (const key of keys) {
        server.put('b', key, '');
      }
      expect(await keysOf(store, 's3://b/d')).toEqual(inByteOrder(keys));
      expect(server.requests.map(({ operation }) => operation)).toEqual([
        'HeadBucket',
        ...Array(3).fill('ListObjectsV2'),
      ]);
    }));

  test('lists the whole bucket, with any keys, any page size, and empty pages anywhere', () =>
    withS3(async ({ server, store }) => {
      let buckets = 0;
      await fc.assert(
        fc.asyncProperty(
          ANY_KEYS,
          fc.integer({ min: 2, max: 9 }),
          fc.array(fc.boolean()),
          async (keys, size, empty) => {
            buckets += 1;
            const all = keys.map((key) => `d/${key}x.json`);
            for (const key of all) server.put(`b${buckets}`, key, '');
            server.maxKeys = size;
            server.faults = ({ operation, earlier }) =>
              operation === 'ListObjectsV2' && empty[earlier] === true ? EMPTY : undefined;
            expect(await keysOf(store, `s3://b${buckets}/d`)).toEqual(inByteOrder(all));
          },
        ),
        { numRuns: 30 },
      );
    }));

  test('refuses to go on when it is denied after the first page, though a file has the name of the folder', () =>
    withS3(async ({ server, store }) => {
      putThirty(server);
      server.put('b', 'd', 'a file beside the folder of its name');
      server.faults = ({ operation, earlier }) =>
        operation === 'ListObjectsV2' && earlier > 0 ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
      await expect(keysOf(store, 's3://b/d')).rejects.toThrow('cannot list s3://b/d: S3 denies it');
    }));
});

const EMPTY: Fault = { kind: 'page', empty: true, token: 'next' };
/** Truncated, though nothing follows. */
const NOT_LAST: Fault = { kind: 'page', empty: false, token: 'next' };

/** Thirty objects, ten a page. */
function putThirty(server: S3Server): string[] {
  const keys = Array.from({ length: 30 }, (_, at) => `d/${at + 10}.json`);
  for (const key of keys) server.put('b', key, '{}');
  server.maxKeys = 10;
  return keys;
}

describe('a listing of three pages', () => {
  const whole: readonly (readonly [title: string, faults: readonly (Fault | undefined)[], requests: number])[] = [
    ['an empty page at the beginning', [EMPTY], 4],
    ['an empty page in the middle', [undefined, EMPTY], 4],
    ['three empty pages in a row', [undefined, EMPTY, EMPTY, EMPTY], 6],
    ['an empty page at the end', [undefined, undefined, NOT_LAST, EMPTY], 5],
    ['one empty page that leads to itself', [undefined, { kind: 'page', empty: true, token: 'same' }], 4],
  ];

  test.each(whole)('is read to its end past %s', (_, faults, requests) =>
    withS3(async ({ server, store }) => {
      const keys = putThirty(server);
      server.faults = ({ operation, earlier }) => (operation === 'ListObjectsV2' ? faults[earlier] : undefined);
      expect(await keysOf(store, 's3://b/d')).toEqual(keys);
      expect(server.requests.filter(({ operation }) => operation === 'ListObjectsV2')).toHaveLength(requests);
    }),
  );

  const broken: readonly (readonly [title: string, fault: Fault, message: string])[] = [
    [
      'pages that are empty and lead to themselves',
      { kind: 'page', empty: true, token: 'same' },
      'cannot list s3://b/d/: the listing makes no progress: page after page is empty and names the same next page',
    ],
    [
      'a page that leads to itself',
      { kind: 'page', empty: false, token: 'same' },
      'cannot list s3://b/d/: the listing names s3://b/d/20.json after s3://b/d/29.json: it repeats itself, or is out of order',
    ],
    [
      'a page that has a next one and does not name it',
      { kind: 'page', empty: false, token: 'none' },
      'cannot list s3://b/d/: the listing says that there are more objects, but not how to request them',
    ],
    [
      'an empty page that has a next one and does not name it',
      { kind: 'page', empty: true, token: 'none' },
      'cannot list s3://b/d/: the listing says that there are more objects, but not how to request them',
    ],
  ];

  test.each(broken)('is refused with %s', (_, fault, message) =>
    withS3(async ({ server, store }) => {
      putThirty(server);
      server.faults = ({ operation, earlier }) => (operation === 'ListObjectsV2' && earlier > 0 ? fault : undefined);
      await expect(keysOf(store, 's3://b/d')).rejects.toMatchObject({
        message,
        next: expect.stringMatching(/^Run again. If the error persists, the server does not list as Amazon S3 does/),
      });
      server.faults = () => undefined;
      expect(await keysOf(store, 's3://b/d')).toHaveLength(30);
    }),
  );

  const AGAIN = 'Run again. If the error persists';
  const strange: readonly (readonly [string, ListObjectsV2CommandOutput, message: string, next?: string])[] = [
    [
      'keys of another folder',
      contents('d2/x.json'),
      'the listing names s3://b/d2/x.json, which is outside the prefix',
    ],
    ['a key twice', contents('d/x.json', 'd/x.json'), 'the listing names s3://b/d/x.json after s3://b/d/x.json'],
    ['keys that are no text', contents('d/%FF.json'), 'the listing names a key that is not UTF-8: d/%FF.json'],
    [
      'an object without an ETag',
      { ...contents(), Contents: [{ Key: 'd/x.json', Size: 1 }] },
      'S3 names no ETag of s3://b/d/x.json',
      'Upload the file again. If the error persists',
    ],
  ];

  test.each(strange)('is refused with %s, until the server lists it otherwise', (_, answer, message, next = AGAIN) =>
    withS3(async ({ server, clients, store }) => {
      server.createBucket('b');
      const client = await clients.of('b');
      client.middlewareStack.add(() => async () => ({ output: answer, response: {} }) as never, {
        step: 'initialize',
        override: true,
        name: 'strange',
      });
      await expect(keysOf(store, 's3://b/d')).rejects.toMatchObject({
        message: expect.stringContaining(message),
        next: expect.stringContaining(next),
      });
      client.middlewareStack.remove('strange');
      server.put('b', 'd/x.json', '{}');
      expect(await keysOf(store, 's3://b/d')).toEqual(['d/x.json']);
    }),
  );
});

function contents(...keys: string[]): ListObjectsV2CommandOutput {
  return { EncodingType: 'url', Contents: keys.map((Key) => ({ Key, Size: 1, ETag: '"e"' })), $metadata: {} };
}

test('keys are compared as bytes', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2000 },
  ));
