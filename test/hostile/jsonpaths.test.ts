import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { StarloadError } from '../../src/errors.ts';
import { loadedColumns } from '../../src/sql/catalogue.ts';
import { decodeJsonPaths, parseJsonPaths } from '../../src/sql/jsonpaths.ts';
import { duckdb } from '../support/engines.ts';
import { type FolderLoader, loadsWhole, openFolderLoader, refusesWhole } from '../support/hostile.ts';
import type { Loader } from '../support/loader.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';

let open: FolderLoader;
beforeAll(async () => {
  open = await openFolderLoader(duckdb);
});
afterAll(() => open.close());

/** A loader with one event file, whose jsonpaths file is made by `write`. */
async function withPaths(write: (path: string) => void): Promise<Loader> {
  const { loader, logs } = await open.fresh();
  writeFileSync(join(logs, 'a.json'), linesOf([PLAY]));
  const jsonpaths = join(logs, '..', 'paths.json');
  write(jsonpaths);
  const sources = loader.context.sources.map((source) =>
    source.table.name === 'staging_events' ? { ...source, jsonpaths } : source,
  );
  return { ...loader, context: { ...loader.context, sources } };
}

const text = (content: string | Uint8Array) => (path: string) => writeFileSync(path, content);
const KEYS: Readonly<Record<string, string>> = {
  firstname: 'firstName',
  iteminsession: 'itemInSession',
  lastname: 'lastName',
  sessionid: 'sessionId',
  useragent: 'userAgent',
  userid: 'userId',
};

/** The right file, but for some columns' paths. */
function pathsWith(others: Readonly<Record<string, unknown>> = {}): string {
  const events = open.loader.context.sources.find(({ table }) => table.name === 'staging_events');
  if (events === undefined) {
    throw new Error('the model has no staging_events');
  }
  const paths = loadedColumns(events.table).map(({ name }) => others[name] ?? `$['${KEYS[name] ?? name}']`);
  return JSON.stringify({ jsonpaths: paths });
}

describe('a jsonpaths file', () => {
  test.each<[string, () => (path: string) => void, string | RegExp]>([
    ['that is missing', () => () => undefined, 'ENOENT'],
    ['that is a folder', () => (path) => mkdirSync(path), 'not JSON'],
    [
      'that is a folder with the file in it',
      () => (path) => {
        mkdirSync(path);
        writeFileSync(join(path, 'p.json'), pathsWith());
      },
      'it is a folder: name the file itself',
    ],
    ['that is a device', () => (path) => symlinkSync('/dev/zero', path), 'is not a file that can be read'],
    ['that is a link to itself', () => (path) => symlinkSync('paths.json', path), 'cannot read the source'],
    ['that is empty', () => text(''), 'not JSON'],
    ['of blanks', () => text(' \n '), 'not JSON'],
    ['that is huge', () => text(Buffer.alloc(2_000_000, 0x20)), '2000000 bytes, but the limit is 1048576'],
    ['that is not UTF-8', () => text(Buffer.from(pathsWith({ song: "$['é']" }), 'latin1')), 'it is not UTF-8'],
    ['in UTF-16', () => text(Buffer.from(`\ufeff${pathsWith()}`, 'utf16le')), 'it is not UTF-8'],
    ['with a byte order mark', () => text(`\ufeff${pathsWith()}`), 'not JSON'],
    ['with a comment', () => text(`// paths\n${pathsWith()}`), 'not JSON'],
    ['with a comma too many', () => text(pathsWith().replace(']}', ',]}')), 'not JSON'],
    ['of two objects', () => text(`${pathsWith()}\n${pathsWith()}`), 'not JSON'],
    ['that is a data file', () => text(linesOf([PLAY])), 'exactly one key, "jsonpaths"'],
    ['with its key in capitals', () => text(pathsWith().replace('jsonpaths', 'JSONPaths')), 'exactly one key'],
    ['with __proto__ beside its key', () => text(pathsWith().replace('{', '{"__proto__":[],')), 'exactly one key'],
    ['with its key in __proto__ only', () => text(`{"__proto__":${pathsWith()}}`), 'exactly one key'],
    ['of an object of paths', () => text('{"jsonpaths":{"0":"$.a","length":1}}'), 'must be an array'],
    ['with one path too few', () => text(pathsWith().replace(/,"[^"]*"\]/, ']')), 'expressions for'],
    ['with one path too many', () => text(pathsWith().replace(']}', ',"$.x"]}')), 'expressions for'],
    ['with a hundred thousand paths', () => text(`{"jsonpaths":[${'7,'.repeat(100_000)}7]}`), /and 99981 more like/],
    ['with a wildcard', () => text(pathsWith({ song: '$.*' })), '"$.*"'],
    ['with a search through all levels', () => text(pathsWith({ song: '$..song' })), '"$..song"'],
    ['with a slice', () => text(pathsWith({ song: '$[0:2]' })), '"$[0:2]"'],
    ['with a negative index', () => text(pathsWith({ song: '$[-1]' })), '"$[-1]"'],
    ['to an element of the record', () => text(pathsWith({ song: '$[0]' })), 'records are objects: "$[0]"'],
    ['with a filter', () => text(pathsWith({ song: '$[?(@.a>1)]' })), 'not a JSONPath'],
    ['with null', () => text(`{"jsonpaths":[null]}`), 'not a JSONPath that COPY understands: null'],
    ['with an empty path', () => text(pathsWith({ song: '$' })), '"$"'],
    ['with a quote in a path', () => text(pathsWith({ song: "$['a'b']" })), 'not a JSONPath'],
    ['with SQL in a path', () => text(pathsWith({ song: "$['a']'); DROP TABLE users; --" })), 'not a JSONPath'],
    ['with a path of a megabyte', () => text(`{"jsonpaths":["${'a'.repeat(1_000_000)}"]}`), /: "a{79}…\n/],
    ['nested a hundred thousand deep', () => text(`{"jsonpaths":[${'['.repeat(1e5)}${']'.repeat(1e5)}]}`), 'an array'],
  ])('%s is refused', async (_, write, words) => {
    await refusesWhole(await withPaths(write()), 1, words);
  });

  test.each<[string, () => Readonly<Record<string, string>>]>([
    ['in dot notation', () => ({ song: '$.song', ts: '$.ts' })],
    ['to what no record has', () => ({ song: "$['__proto__']['x']", artist: "$['constructor']['name']" })],
    ['to the length of what is no array', () => ({ song: "$['song']['length']" })],
    ['to keys with SQL in them', () => ({ song: `$['"); DROP TABLE users; --']` })],
  ])('with paths %s is used', async (_, others) => {
    await loadsWhole(await withPaths((path) => writeFileSync(path, pathsWith(others()))), 1);
  });

  test('to an index beyond counting refuses the records', async () => {
    const song = `$.song[${'9'.repeat(40)}]`;
    const loader = await withPaths((path) => writeFileSync(path, pathsWith({ song })));
    await refusesWhole(loader, 3, 'there is no element 1e+40: not an array');
  });

  test('of any text is read, or refused in few words', () => {
    const token = fc.constantFrom('$', '.', '[', ']', "'", '"', '0', '*', 'a', '\\', '\n', '..', ' ', '__proto__', 'é');
    const path = fc.array(token, { maxLength: 8 }).map((tokens) => tokens.join(''));
    const content = fc.oneof(
      fc.array(fc.oneof(path, fc.jsonValue()), { maxLength: 4 }).map((jsonpaths) => JSON.stringify({ jsonpaths })),
      fc.json(),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(content, fc.nat(4), (written, columns) => {
        try {
          const paths = parseJsonPaths(decodeJsonPaths(Buffer.from(written), 'p'), 'p', columns);
          expect(paths).toHaveLength(columns);
          expect(paths.flat().every((part) => typeof part === 'number' || !/[*'"\\]/.test(part))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(StarloadError);
          expect((error as StarloadError).message.length).toBeLessThan(4000);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
