import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { LocalStore } from '../../src/objects/local.ts';
import { locate } from '../../src/objects/part.ts';
import { type SiftedFile, type SiftOptions, sift } from '../../src/objects/sift.ts';
import { Spool } from '../../src/objects/spool.ts';
import { withFolder } from '../support/engines.ts';

/** Sifts files; a record that says it is bad is. What became of records, with their places, and of files. */
function sifted(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<Pick<SiftOptions, 'partBytes' | 'wholeFiles' | 'mostRejects'>>,
) {
  return withFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content);
    }
    const store = new LocalStore();
    const told: SiftedFile[] = [];
    const { parts, problems } = await sift(await listed(store, folder), {
      store,
      spool: new Spool(folder, '.spool'),
      signal: new AbortController().signal,
      prefix: 'p',
      wanted: { names: ['v'] },
      partBytes: 100,
      wholeFiles: false,
      mostRejects: 100,
      judge: (record) => (record.includes('bad') ? { column: 'v', reason: 'it is bad' } : undefined),
      onFile: (file) => told.push(file),
      ...options,
    });
    const records = parts.flatMap((part) => {
      const lines = readFileSync(part.path, 'utf8').split('\n').slice(0, -1);
      expect([lines.length, readFileSync(part.path).length]).toEqual([part.records, part.bytes]);
      return lines.map((record, index) => {
        const { file = '', line } = locate(part, index + 1) ?? {};
        return [basename(file), line, record];
      });
    });
    return { records, told, problems: problems.map(({ file = '', reason }) => [basename(file), reason]) };
  });
}

async function listed(store: LocalStore, folder: string) {
  const objects = [];
  for await (const page of store.list(folder)) objects.push(...page.objects);
  return objects;
}

const counts = (told: readonly SiftedFile[]) =>
  told.map(({ file, bad, rejects }) => [file.records, file.rejected, bad, file.quarantined, rejects.length]);

describe('sifting', () => {
  test('keeps bad records out, and knows where they were', async () => {
    const { records, told } = await sifted(
      { 'a.json': '{"v":1}\n{"v":"bad"}\n{"v":x}\n{"v":', 'b.json': '{"v":5}' },
      {},
    );
    expect(records).toEqual([
      ['a.json', 1, '{"v":1}'],
      ['b.json', 1, '{"v":5}'],
    ]);
    expect(counts(told)).toEqual([
      [4, 3, 3, false, 3],
      [1, 0, 0, false, 0],
    ]);
    expect(told[0]?.rejects.map(({ line, problem }) => [line, problem.line, problem.column, problem.reason])).toEqual([
      [2, 2, 'v', 'it is bad'],
      [3, 3, 6, 'expected a value, found "x"'],
      [4, 4, 6, 'the file ends inside the record that begins on line 4'],
    ]);
  });

  test('sets aside files that are broken as a whole, and reports them where it may not', async () => {
    const broken = gzipSync('{"v":1}\n'.repeat(1000)).subarray(0, 30);
    const files = { 'a.json.gz': broken, 'b.json': '{"v":2}', 'c.json.gz': 'no gzip', 'd.json': '{"v":"bad"}' };
    const aside = await sifted(files, { wholeFiles: true });
    expect(aside.records).toEqual([['b.json', 1, '{"v":2}']]);
    expect(aside.told.map(({ file, bad }) => [file.quarantined, file.records === file.rejected, bad])).toEqual([
      [true, true, 1],
      [false, false, 0],
      [true, true, 1],
      [true, true, 1],
    ]);
    expect(aside.told.map(({ file }) => [file.size, file.version.length])).toEqual([
      [30, 71],
      [7, 71],
      [7, 71],
      [11, 71],
    ]);
    expect(aside.problems).toEqual([]);
    expect((await sifted(files, {})).problems).toEqual([
      ['a.json.gz', 'not a whole gzip file: unexpected end of file'],
      ['c.json.gz', 'not a whole gzip file: incorrect header check'],
    ]);
  });

  test('takes a file for broken where nobody can tell which record is malformed, and names line and reason', async () => {
    const files = {
      'a.json': '{"v":1}{"v":x}{"v":3}\n{"v":4}',
      'b.json': '[{"v":1},{"v":2,}]',
      'c.json': '{"v":1}\n,{"v":x}\n,{"v":3}',
      'd.json': '{"v":1}\n{"v":{"w":\n{"v":2}\n{"v":3}',
      'e.json': '{"v":x}\n{"v":2}',
    };
    expect((await sifted(files, {})).problems).toEqual([
      [
        'a.json',
        expect.stringContaining('expected a value, found "x"; the record on line 1 is not on a separate line'),
      ],
      ['b.json', 'a comma before "}"; the file is one array, which cannot be divided into records after a mistake'],
      ['c.json', expect.stringContaining('records are separated by white space, not by commas, unless the')],
      [
        'd.json',
        expect.stringMatching(/found "\{" \(the record begins on line 2\); the record is not closed on the line/),
      ],
    ]);
    const aside = await sifted(files, { wholeFiles: true });
    expect([aside.problems, aside.records]).toEqual([[], []]);
    // What lies behind the malformed record of a broken file is not counted.
    expect(counts(aside.told)).toEqual([
      [1, 1, 1, true, 1],
      [1, 1, 1, true, 1],
      [1, 1, 1, true, 1],
      [1, 1, 1, true, 1],
      [2, 2, 1, true, 1],
    ]);
    const lines = aside.told.map(({ rejects }) => rejects.map(({ line, problem }) => [line, problem.line]));
    expect(lines).toEqual([[[undefined, 1]], [[undefined, 1]], [[undefined, 2]], [[undefined, 4]], [[1, 1]]]);
  });

  test('counts one mistake once where a later record makes it break the file', async () => {
    const files = { 'a.json': '{"v":x}\n{"v":\n2}', 'b.json': '{"v":"bad"}\n{"v":x}\n{"v":y}\n{"v":\n2}' };
    const { told } = await sifted(files, { wholeFiles: true });
    expect(counts(told)).toEqual([
      [2, 2, 1, true, 1],
      [4, 4, 3, true, 3],
    ]);
    expect(told.map(({ rejects }) => rejects.map(({ line, problem }) => [line, problem.line, problem.reason]))).toEqual(
      [
        [[undefined, 1, expect.stringContaining('the record on line 2 is not on a separate line')]],
        [
          [1, 1, 'it is bad'],
          [undefined, 2, expect.stringContaining('the record on line 4 is not on a separate line')],
          [3, 3, 'expected a value, found "y"'],
        ],
      ],
    );
    const few = await sifted(files, { wholeFiles: true, mostRejects: 1 });
    expect(few.told.map(({ bad, rejects }) => [bad, rejects.length])).toEqual([
      [1, 1],
      [3, 1],
    ]);
  });

  test('keeps no more rejects of a file than it is asked for, and counts all', async () => {
    const { told } = await sifted({ 'a.json': '{"v":"bad"}\n'.repeat(9) }, { mostRejects: 4 });
    expect(counts(told)).toEqual([[9, 9, 9, false, 4]]);
  });

  test('leaves no trace of a file that is set aside, whatever the sizes of parts', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('1', '"longer"', '"bad"', ''), { maxLength: 6 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        async (contents, partBytes, wholeFiles) => {
          const files = contents.map((values) => values.map((v) => `{"v":${v}}`));
          const isBad = (record: string) => record === '{"v":}' || record === '{"v":"bad"}';
          const named = Object.fromEntries(files.map((records, index) => [`${index}.json`, records.join('\n')]));
          const { records, told } = await sifted(named, { partBytes, wholeFiles });
          expect(records).toEqual(
            files.flatMap((lines, index) =>
              lines.flatMap((record, at) =>
                isBad(record) || (wholeFiles && lines.some(isBad)) ? [] : [[`${index}.json`, at + 1, record]],
              ),
            ),
          );
          expect(told.map(({ file, bad }) => [file.records, bad])).toEqual(
            files.map((lines) => [lines.length, lines.filter(isBad).length]),
          );
        },
      ),
      { numRuns: 150 },
    ));
});
