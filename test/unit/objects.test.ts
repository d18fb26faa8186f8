import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type BundleOptions, bundle } from '../../src/objects/bundle.ts';
import { identify } from '../../src/objects/bytes.ts';
import { LocalStore } from '../../src/objects/local.ts';
import { MemoryStore } from '../../src/objects/memory.ts';
import type { ObjectStore, SkippedObject, SourceObject } from '../../src/objects/objects.ts';
import { locate } from '../../src/objects/part.ts';
import { Spool } from '../../src/objects/spool.ts';
import { MAX_RECORD_BYTES } from '../../src/records/frame.ts';
import { UnknownKeys } from '../../src/records/unknown-keys.ts';
import { LINES, LINES_BZIP2 } from '../support/compressed.ts';
import { withFolder } from '../support/engines.ts';

const store = new LocalStore();

async function listAll(
  root: string,
  from: ObjectStore = store,
): Promise<{ objects: SourceObject[]; skipped: SkippedObject[] }> {
  const found = { objects: [] as SourceObject[], skipped: [] as SkippedObject[] };
  for await (const page of from.list(root)) {
    found.objects.push(...page.objects);
    found.skipped.push(...page.skipped);
  }
  return found;
}

/** Writes files below a new folder, lists them and bundles them. */
function bundled<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<BundleOptions>,
  action: (outcome: Awaited<ReturnType<typeof bundle>>, folder: string) => T | Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content);
    }
    const listed = (await listAll(folder)).objects;
    const objects = options.reads === 's3' ? listed.map(elsewhere) : listed;
    const spool = new Spool(folder, 'spool');
    const signal = new AbortController().signal;
    return action(
      await bundle(objects, {
        store: {
          list: (root) => store.list(root),
          read: (object) => store.read(listed.find(({ uri }) => uri === object.uri) ?? object),
        },
        spool,
        signal,
        prefix: 'p',
        wanted: { names: ['ts'] },
        reads: 'local',
        ...options,
      }),
      folder,
    );
  });
}

/** The same file as one of another store. */
function elsewhere({ uri, label, size }: SourceObject): SourceObject {
  return { uri, label, size, version: undefined };
}

describe('listing a local folder', () => {
  test('goes deep, in one order, and passes over what is hidden or of another kind', () =>
    withFolder(async (folder) => {
      for (const path of ['b', 'a/c', '.hidden', '__MACOSX']) {
        mkdirSync(join(folder, path), { recursive: true });
        writeFileSync(join(folder, path, 'x.json'), '{}');
      }
      for (const name of [
        'Z.JSON',
        'a.json.gz',
        'b.NDJSON',
        'c.jsonl.GZ',
        'é 100%?.json',
        '.DS_Store',
        'notes.txt',
        'd.jsonl.ZST',
        'e.json.Bz2',
        'f.jsonl.XZ',
      ]) {
        writeFileSync(join(folder, name), '');
      }
      const { objects, skipped } = await listAll(folder);
      expect(objects.map(({ label }) => label.slice(folder.length + 1))).toEqual([
        'Z.JSON',
        'a.json.gz',
        'b.NDJSON',
        'c.jsonl.GZ',
        'd.jsonl.ZST',
        'e.json.Bz2',
        'é 100%?.json',
        'a/c/x.json',
        'b/x.json',
      ]);
      expect(objects[6]?.uri).toBe(`file://${folder}/%C3%A9%20100%25%3F.json`);
      expect(skipped.map(({ label, reason }) => [basename(label), reason])).toEqual([
        ['.DS_Store', 'hidden'],
        ['.hidden', 'hidden'],
        ['__MACOSX', 'hidden'],
        ['f.jsonl.XZ', 'it is compressed, but not with gzip, zstd or bzip2: decompress it, or compress it with gzip'],
        ['notes.txt', 'its name does not end in .json, .jsonl or .ndjson, with or without .gz, .zst or .bz2'],
      ]);
    }));

  test('follows symbolic links, but not in a circle', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'a'));
      mkdirSync(join(folder, 'b'));
      writeFileSync(join(folder, 'a', 'x.json'), '{}');
      symlinkSync(folder, join(folder, 'a', 'up'));
      symlinkSync(join(folder, 'b'), join(folder, 'a', 'to-b'));
      symlinkSync(join(folder, 'a'), join(folder, 'b', 'to-a'));
      const { objects, skipped } = await listAll(join(folder, 'a'));
      expect(objects.map(({ label }) => label.slice(folder.length + 1))).toContain('a/x.json');
      expect(skipped.map(({ reason }) => reason)).toContain('a symbolic link back to a folder that holds it');
    }));

  test('takes a file for a source of one file, unless its name says that it cannot be decompressed', () =>
    withFolder(async (folder) => {
      for (const name of ['x.txt', 'x.json.xz']) writeFileSync(join(folder, name), '{}');
      expect((await listAll(join(folder, 'x.txt'))).objects).toMatchObject([{ label: join(folder, 'x.txt') }]);
      expect(await listAll(join(folder, 'x.json.xz'))).toEqual({
        objects: [],
        skipped: [
          {
            label: join(folder, 'x.json.xz'),
            reason: 'it is compressed, but not with gzip, zstd or bzip2: decompress it, or compress it with gzip',
          },
        ],
      });
    }));

  test('takes a file for a source of one file, and refuses what cannot be read', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'x.json'), '{}');
      expect((await listAll(join(folder, 'x.json'))).objects).toHaveLength(1);
      await expect(listAll(join(folder, 'nowhere'))).rejects.toThrow('cannot read the source');
      symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling.json'));
      await expect(listAll(folder)).rejects.toThrow('is not a file that can be read');
    }));

  test('knows a file by its content', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.json'), '{"a":1}');
      writeFileSync(join(folder, 'b.json'), '{"a":1}');
      writeFileSync(join(folder, 'c.json'), '{"a":2}');
      const ids = await Promise.all((await listAll(folder)).objects.map((object) => identify(store, object)));
      expect(ids[0]).toEqual(ids[1]);
      expect(ids[0]).not.toEqual(ids[2]);
      expect(ids[0]).toEqual({ version: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), size: 7 });
    }));
});

describe('bundling', () => {
  test('writes small files together, one record a line, and finds the way back', () =>
    bundled(
      {
        'a.json': '{"ts":1}\n{"ts":2}',
        'b.json': '\n{\n "TS": 3\n}{"ts":4}',
        'c.json': '',
        'd.json.gz': gzipSync('{"ts":5}\n'),
      },
      {},
      ({ parts, files, spellings, problems }) => {
        expect(problems).toEqual([]);
        const [part] = parts;
        expect(readFileSync(part?.path ?? '', 'utf8')).toBe('{"ts":1}\n{"ts":2}\n{  "TS": 3 }\n{"ts":4}\n{"ts":5}\n');
        expect(part).toMatchObject({ records: 5, compression: 'none', bytes: readFileSync(part?.path ?? '').length });
        expect(files.map(({ records }) => records)).toEqual([2, 2, 0, 1]);
        expect(spellings.get('ts')).toEqual(['TS', 'ts']);
        const places = [1, 2, 3, 4, 5, 6]
          .map((line) => part && locate(part, line))
          .map((place) => place && [basename(place.file), place.line]);
        expect(places).toEqual([
          ['a.json', 1],
          ['a.json', 2],
          ['b.json', 2],
          ['b.json', 4],
          ['d.json.gz', 1],
          undefined,
        ]);
      },
    ));

  test('begins a new part after the record that fills one', () =>
    bundled(
      { 'a.json': '{"a":1}\n\n{"a":2}\n{"a":3}', 'b.json': '{"b":2}', 'c.json': '' },
      { partBytes: 12 },
      ({ parts }) => {
        expect(parts.map(({ records, index }) => [records, index.map(({ file }) => basename(file))])).toEqual([
          [2, ['a.json']],
          [2, ['a.json', 'b.json']],
        ]);
        const places = parts.flatMap((part) => [1, 2].map((line) => locate(part, line)?.line));
        expect(places).toEqual([1, 3, 4, 1]);
      },
    ));

  test('passes big files in S3 on unchanged, unless their records share lines, they are one array, or their compression is odd', () =>
    bundled(
      {
        'a.json': '{"ts":1}\n',
        'b.json': '{"ts":2}{"ts":3}',
        'd.json.gz': gzipSync('{"ts":5}'),
        'e.json.gz': Buffer.concat([gzipSync('{"ts":6}'), Buffer.alloc(9)]),
        'f.NDJSON': '{"ts":7}\n',
        'g.jsonl.GZ': gzipSync('{"ts":8}'),
        'h.json': '[\n{"ts":9}\n]\n',
        'i.json.bz2': LINES_BZIP2,
      },
      { passThroughBytes: 1, reads: 's3' },
      async ({ parts }, folder) => {
        expect(parts.map(({ path, compression, records }) => [basename(path), compression, records])).toEqual([
          ['a.json', 'none', 1],
          ['d.json.gz', 'gzip', 1],
          ['f.NDJSON', 'none', 1],
          ['g.jsonl.GZ', 'gzip', 1],
          ['p-1.json', 'none', 11],
        ]);
        const { uri } = elsewhere((await listAll(folder)).objects[0] as SourceObject);
        expect(locate(parts[0] as never, 7)).toEqual({ file: uri, line: 7 });
      },
    ));

  test('a warehouse on this machine gets big files as parts, so that each record says its file and line', () =>
    bundled(
      {
        'a.json': '\n{"ts":1}\n\n',
        'b.json': '[{},\n {"ts" :\n 2 }\n]',
        'c.json': '{"ts":3,"file":9}',
      },
      {
        passThroughBytes: 1,
        wanted: { names: ['ts'], marks: new Map([['file', 'file']]) },
        markOf: ({ label }, number) => ({ text: `"file":"${basename(label)}${number}","line":`, isOptional: true }),
      },
      ({ parts, files }) => {
        expect(parts.map(({ path }) => readFileSync(path, 'utf8'))).toEqual([
          [
            '{"ts":1,"file":"a.json1","line":2}',
            '{"file":"b.json2","line":1}',
            '{"ts" :  2 ,"file":"b.json2","line":2}',
            '{"ts":3,"file":"c.json3","line":1}\n',
          ].join('\n'),
        ]);
        expect(files.map(({ number }) => number)).toEqual([1, 2, 3]);
      },
    ));

  test('a record goes without its file and line if it would become larger than a record may be', () =>
    bundled(
      { 'a.json': `{"ts":"${'x'.repeat(MAX_RECORD_BYTES - 20)}"}{"ts":1}` },
      { markOf: (_, number) => ({ text: `"file":${number},"line":`, isOptional: true }) },
      ({ parts }) => {
        const [large, small] = readFileSync(parts[0]?.path ?? '', 'utf8').split('\n');
        expect([large?.length, small]).toEqual([MAX_RECORD_BYTES - 11, '{"ts":1,"file":1,"line":1}']);
      },
    ));

  test.each([
    ['plain.json', ['none', 'gzip']],
    ['a.json.bz2', ['bzip2', 'gzip']],
  ] as const)(
    'passes big files in S3 on, of gzip and one other compression: that of the first, %s',
    async (first, passed) => {
      const source = new MemoryStore();
      const files = {
        'z.json.bz2': LINES_BZIP2,
        'z.json': LINES,
        'z.json.gz': gzipSync(LINES),
        'two.json.bz2': Buffer.concat([LINES_BZIP2, LINES_BZIP2]),
      };
      source.files.set(`memory://a/${first}`, first.endsWith('.bz2') ? LINES_BZIP2 : LINES);
      for (const [name, content] of Object.entries(files)) source.files.set(`memory://a/${name}`, content);
      await withFolder(async (folder) => {
        const { objects } = await listAll('memory://a', source);
        const options = { store: source, spool: new Spool(folder, 'spool'), signal: new AbortController().signal };
        const { parts } = await bundle(objects, {
          ...options,
          prefix: 'p',
          wanted: { names: ['ts'] },
          reads: 's3',
          passThroughBytes: 1,
        });
        const untouched = parts.filter((part) => part.untouched !== undefined).map(({ compression }) => compression);
        expect([...new Set(untouched)].toSorted().reverse()).toEqual([...passed].toSorted().reverse());
        expect(parts.reduce((sum, { records }) => sum + records, 0)).toBe(6 * 7);
      });
    },
  );

  test('the keys of a big file that has to be written anew are counted once', () => {
    const unknown = new UnknownKeys();
    return bundled(
      { 'a.json': '{"ts":1,"b":2}\n{"ts":2,"b":{}}{"b":1,"b":2}', 'b.json': '\n{"b":1}', 'c.json': '{"c":1} oops' },
      { passThroughBytes: 1, reads: 's3', unknown },
      ({ files }, folder) => {
        expect(files.map(({ records }) => records)).toEqual([3, 1]);
        const b = { key: 'b', records: 4, file: join(folder, 'a.json'), line: 1 };
        expect(unknown.found()).toMatchObject({ keys: [b], more: undefined });
      },
    );
  });

  test('a big file is written anew when paths lead below the first level', () =>
    bundled(
      { 'a.json': '{"user":{"id":1.0}}' },
      {
        passThroughBytes: 1,
        reads: 's3',
        wanted: { names: ['user'], exact: true, layout: [{ name: 'userid', kind: 'whole', path: ['user', 'id'] }] },
      },
      ({ parts }) => {
        expect(parts.map(({ path }) => readFileSync(path, 'utf8'))).toEqual(['{"userid":1}\n']);
      },
    ));

  test('a record that engines could take although it does not fit is told, and the file is not handed on', () =>
    bundled(
      { 'a.json': '{"ts":1}\n{"ts":1e400}' },
      { passThroughBytes: 1, reads: 's3', wanted: { names: ['ts'], kinds: ['real'] } },
      ({ problems }) => {
        expect(problems).toMatchObject([{ column: 'ts', reason: 'is larger than a double can hold' }]);
      },
    ));

  test('reports every malformed file, broken gzip too, and goes on', () =>
    bundled(
      {
        'a.json': '{"ts":1}\n{"ts":}',
        'b.json': '{"ts":1}',
        'c.json.gz': gzipSync('{"ts":1}').subarray(0, 12),
        'd.json.gz': 'not gzip',
        'e.json': '[]]',
      },
      {},
      ({ problems, files }) => {
        expect(problems.map(({ file = '', line, column }) => [basename(file), line, column])).toEqual([
          ['a.json', 2, 7],
          ['c.json.gz', undefined, undefined],
          ['d.json.gz', undefined, undefined],
          ['e.json', 1, 3],
        ]);
        expect(files.map(({ object }) => basename(object.label))).toEqual(['b.json']);
      },
    ));

  test('keeps every record and its line, whatever the files and the sizes of parts', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.tuple(fc.json({ maxDepth: 1 }), fc.constantFrom('', ' ', '\n', '\n\n')), { maxLength: 4 }),
          { minLength: 1, maxLength: 5 },
        ),
        fc.integer({ min: 1, max: 60 }),
        async (contents, partBytes) => {
          const files = contents.map((records) =>
            records.map(([json, gap]) => `${gap}{"v":${json.replaceAll('\n', '')}}`).join(''),
          );
          await bundled(
            Object.fromEntries(files.map((text, at) => [`${at}.json`, text])),
            { partBytes },
            ({ parts }) => {
              const found = parts.flatMap((part) =>
                readFileSync(part.path, 'utf8')
                  .split('\n')
                  .slice(0, -1)
                  .map((record, at) => ({ record, ...locate(part, at + 1) })),
              );
              const expected = files.flatMap((text, at) =>
                linesOfRecords(text, contents[at] ?? []).map((line) => [`${at}.json`, line]),
              );
              expect(found.map(({ file = '', line }) => [basename(file), line])).toEqual(expected);
              expect(found.map(({ record }) => JSON.parse(record).v)).toEqual(
                contents.flat().map(([json]) => JSON.parse(json)),
              );
            },
          );
        },
      ),
      { numRuns: 40 },
    ));
});

/** The line each record of a file begins on, by counting newlines. */
function linesOfRecords(text: string, records: readonly (readonly [json: string, gap: string])[]): readonly number[] {
  let at = 0;
  return records.map(([json, gap]) => {
    const begins = at + gap.length;
    at = begins + `{"v":${json.replaceAll('\n', '')}}`.length;
    return text.slice(0, begins).split('\n').length;
  });
}
