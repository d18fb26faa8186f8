import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DataError } from '../../src/errors.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { checkFields, fieldReader } from '../../src/records/record.ts';
import { loadedColumns, type Table } from '../../src/sql/catalogue.ts';
import type { Value } from '../../src/warehouse/warehouse.ts';
import { engines } from '../support/engines.ts';
import { type Loader, openLoader } from '../support/loader.ts';
import { scale } from '../support/scale.ts';
import { LOG_ROOT } from '../support/scenario.ts';
import { runSql } from '../support/trials.ts';

/** The JSON text of a value, the column it is for, and what the column then holds; undefined when it is refused. */
const CASES: readonly (readonly [column: string, json: string, held: Value | undefined])[] = [
  ['userid', '"39"', 39],
  ['userid', '39', 39],
  ['userid', '""', null],
  ['userid', '"  "', null],
  ['userid', '"\\t\\n"', null],
  ['userid', '"\\u00a0"', undefined],
  ['userid', 'null', null],
  ['userid', '"x39"', undefined],
  ['userid', '3.5', undefined],
  ['userid', 'true', undefined],
  ['userid', '{}', undefined],
  ['userid', '1540919166796.0', 1540919166796],
  ['userid', '1e3', undefined],
  ['userid', '1e16', undefined],
  ['userid', '"3.0"', undefined],
  ['userid', '1e20', undefined],
  ['userid', '1e21', undefined],
  ['userid', '9007199254740993', 9007199254740993n],
  ['userid', '"9223372036854775807"', 9223372036854775807n],
  ['userid', '9223372036854775808', undefined],
  ['userid', '-9223372036854775808', -9223372036854775808n],
  ['userid', '-0', 0],
  ['userid', '-0.0', 0],
  ['userid', '"+7"', 7],
  ['userid', '"-007"', -7],
  ['userid', `"${'0'.repeat(30)}7"`, 7],
  ['userid', '"-0"', 0],
  ['userid', '"--7"', undefined],
  ['userid', '"7 "', undefined],
  ['userid', '-9223372036854775809', undefined],
  ['userid', `${'9'.repeat(40)}`, undefined],
  ['registration', '1540919166796.0', 1540919166796],
  ['registration', '"4.5"', 4.5],
  ['registration', '"4.5e"', undefined],
  ['registration', '1e400', undefined],
  ['registration', '"NaN"', undefined],
  ['registration', '"Infinity"', undefined],
  ['registration', '1e-400', undefined],
  ['registration', '"-1e-400"', undefined],
  ['registration', '4.9e-324', undefined],
  ['registration', '2.2250738585072011e-308', undefined],
  ['registration', '2.2250738585072014e-308', 2.2250738585072014e-308],
  ['registration', '1.7976931348623157e308', 1.7976931348623157e308],
  ['registration', '1.7976931348623159e308', undefined],
  ['registration', '0e-400', 0],
  ['registration', '"0.0E400"', 0],
  ['registration', `0.${'3'.repeat(40)}`, 1 / 3],
  ['registration', `1${'0'.repeat(100)}`, 1e100],
  ['registration', '9007199254740993', 9007199254740992],
  ['registration', '"+.5"', 0.5],
  ['registration', '"5."', 5],
  ['registration', '" 5"', undefined],
  ['registration', '"5 "', undefined],
  ['registration', '"0x10"', undefined],
  ['registration', '"1_000"', undefined],
  ['registration', '"inf"', undefined],
  ['registration', '"  "', null],
  ['registration', '0.1', 0.1],
  ['registration', '-0.0', -0],
  ['registration', '""', null],
  ['registration', 'false', undefined],
  ['level', '4.6', '4.6'],
  ['level', '12345678901234567890', '12345678901234567890'],
  ['level', '1e3', '1e3'],
  ['level', '4.60', '4.60'],
  ['level', '0.00001', '0.00001'],
  ['level', '1e-400', '1e-400'],
  ['level', '-0', '-0'],
  ['level', 'true', 'true'],
  ['level', '""', ''],
  ['level', '" a "', ' a '],
  ['level', '"\\t\\n\\"\\\\\\/"', '\t\n"\\/'],
  ['level', '"\\ud83d\\ude00 \\u05d0\\u200f"', '😀 א\u200f'],
  ['level', JSON.stringify('é'.repeat(128)), 'é'.repeat(128)],
  ['level', JSON.stringify(`${'é'.repeat(128)}a`), undefined],
  ['level', '{"b": [1, "x"]}', '{"b": [1, "x"]}'],
  ['level', JSON.stringify(`${'a'.repeat(256)}  `), 'a'.repeat(256)],
  ['level', JSON.stringify(`${'é'.repeat(127)}a   `), `${'é'.repeat(127)}a `],
  ['sessionid', 'null', undefined],
  ['sessionid', '""', undefined],
  ['page', 'null', undefined],
  ['page', '""', ''],
];

/** A file's text, and the rows it gives as userid, level and ts; undefined when it is refused. */
const BASE = '"sessionid":1,"iteminsession":0,"page":"Home"';
const TS = 1541105830796;
const DEEP = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const FILES: readonly (readonly [name: string, text: string, rows: readonly (readonly Value[])[] | undefined])[] = [
  ['a byte order mark', `\ufeff{"ts":${TS},${BASE}}`, [[null, null, TS]]],
  ['a byte order mark between records', `{"ts":${TS},${BASE}}\ufeff{"ts":${TS},${BASE}}`, undefined],
  [
    'keys in other case',
    `{"TS":${TS},"SessionId":1,"itemInSession":0,"Page":"Home","LEVEL":"paid"}`,
    [[null, 'paid', TS]],
  ],
  ['a wanted key twice', `{"ts":${TS},"ts":${TS},${BASE}}`, undefined],
  ['a wanted key in two cases', `{"ts":${TS},${BASE},"level":"a","Level":"b"}`, undefined],
  ['another key twice', `{"ts":${TS},${BASE},"x":1,"x":2}`, [[null, null, TS]]],
  [
    'the names of JavaScript',
    `{"ts":${TS},${BASE},"__proto__":{"level":"a"},"constructor":1,"toString":2}`,
    [[null, null, TS]],
  ],
  ['an escaped key', `{"\\u0074s":${TS},${BASE},"l\\u0065vel":"free"}`, [[null, 'free', TS]]],
  ['an epoch of zero', `{"ts":0,${BASE}}`, [[null, null, 0]]],
  ['an epoch before 1970', `{"ts":-1,${BASE}}`, [[null, null, -1]]],
  ['the first epoch', `{"ts":-62135596800000,${BASE}}`, [[null, null, -62135596800000]]],
  ['an epoch before the first', `{"ts":-62135596800001,${BASE}}`, undefined],
  ['the last epoch', `{"ts":253402300799999,${BASE}}`, [[null, null, 253402300799999]]],
  ['an epoch after the last', `{"ts":253402300800000,${BASE}}`, undefined],
  ['an epoch with a fraction of zeros', `{"ts":${TS}.000,${BASE}}`, [[null, null, TS]]],
  ['an epoch with a fraction', `{"ts":${TS}.5,${BASE}}`, undefined],
  ['an epoch in a string', `{"ts":"${TS}",${BASE}}`, [[null, null, TS]]],
  ['a NUL in a wanted value', `{"ts":${TS},${BASE},"level":"a\\u0000"}`, undefined],
  ['a NUL in another value', `{"ts":${TS},${BASE},"x":["\\u0000"]}`, undefined],
  ['a lone surrogate', `{"ts":${TS},${BASE},"level":"\\ud83d"}`, undefined],
  ['surrogates the wrong way round', `{"ts":${TS},${BASE},"level":"\\ude00\\ud83d"}`, undefined],
  ['a noncharacter', `{"ts":${TS},${BASE},"level":"\\uffff"}`, [[null, '\uffff', TS]]],
  ['nesting as deep as it may be', `{"ts":${TS},${BASE},"x":${DEEP(511)}}`, [[null, null, TS]]],
  ['nesting deeper than that', `{"ts":${TS},${BASE},"x":${DEEP(512)}}`, undefined],
  ['a record of 3 MB', `{"ts":${TS},${BASE},"x":"${'y'.repeat(3_000_000)}"}`, [[null, null, TS]]],
  ['a record of 5 MB', `{"ts":${TS},${BASE},"x":"${'y'.repeat(5_000_000)}"}`, undefined],
  [
    'records without anything between',
    `{"ts":1,${BASE}}{"ts":2,${BASE}}`,
    [
      [null, null, 1],
      [null, null, 2],
    ],
  ],
  ['records over several lines', `{\r\n"ts":1,\n${BASE},\n"level":{"a":\n1}\n}\n\n\n`, [[null, '{"a": 1}', 1]]],
  ['nothing', '', []],
  ['blanks', ' \n\t\r\n', []],
  ['an array', `[{"ts":1,${BASE}}]`, [[null, null, 1]]],
  ['two arrays', `[{"ts":1,${BASE}}][]`, undefined],
  ['a comma between records', `{"ts":1,${BASE}},{"ts":2,${BASE}}`, undefined],
  ['null for every type', `{"ts":1,${BASE},"userid":null,"level":null,"registration":null}`, [[null, null, 1]]],
  ['an empty text for every type', `{"ts":1,${BASE},"userid":"","level":"","registration":""}`, [[null, '', 1]]],
];

/** Where values stand in the records of `nested`. */
const JSON_PATHS: Readonly<Record<string, string>> = { level: "$['Level']['name']", userid: "$['user'][0]" };

describe.each(engines)('the meaning of values on $name', (engine) => {
  let loader: Loader;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ loader, close } = await openLoader(engine));
  });
  afterAll(() => close());

  describe('what is taken, loaded side by side,', () => {
    const taken = CASES.filter(([, , held]) => held !== undefined);
    const files = FILES.filter(([, , rows]) => rows !== undefined);
    let held: readonly (readonly Value[])[];
    beforeAll(async () => {
      held = await loadTogether(loader, [
        ...taken.map(([column, json]) => recordWith(column, json)),
        ...files.map(([, text]) => text),
      ]);
    });
    const rowsOf = (mark: number) => held.filter(([session]) => session === mark);

    test.each(taken.map((one, index) => [...one, index] as const))('%s: %s gives %s', (column, _, value, index) => {
      expect(rowsOf(index).map((row) => row[HELD.indexOf(column)])).toEqual([value]);
    });

    test.each(files.map((one, index) => [...one, index] as const))('a file with %s', (_, __, rows, index) => {
      const found = rowsOf(taken.length + index);
      expect(found.map((row) => ['userid', 'level', 'ts'].map((name) => row[HELD.indexOf(name)]))).toEqual(rows);
    });
  });

  test.each(CASES.filter(([, , held]) => held === undefined))('%s: %s is refused', async (column, json) => {
    expect(await load(loader, column, json)).toBeUndefined();
  });

  test.each(FILES.filter(([, , rows]) => rows === undefined))('a file with %s is refused', async (_, text) => {
    expect(await loadFile(loader, text)).toBeUndefined();
  });

  describe('found by a jsonpaths file', () => {
    const nested = (level: string, userid: string) =>
      loadFile(withJsonPaths(loader), `{"ts":1,${BASE},"Level":{"name":${level}},"user":[${userid}]}`);

    test.each([
      ['"a"', '"39"', [[39, 'a', 1]]],
      ['null', '""', [[null, null, 1]]],
      ['7', '7.0', [[7, '7', 1]]],
      ['true', '1.5', undefined],
    ] as const)('%s and %s', async (level, userid, rows) => {
      expect(await nested(level, userid)).toEqual(rows);
    });

    test('case counts, and a key that a path names may not occur twice', async () => {
      expect(await loadFile(withJsonPaths(loader), `{"ts":1,${BASE},"level":{"name":"a"}}`)).toEqual([[null, null, 1]]);
      expect(await loadFile(withJsonPaths(loader), `{"ts":1,"ts":2,${BASE}}`)).toBeUndefined();
      expect(await loadFile(withJsonPaths(loader), `{"ts":1.0,"TS":2,${BASE}}`)).toEqual([[null, null, 1]]);
    });

    test("numbers below a record's first level keep their spelling in text columns", async () => {
      expect(await nested('4.60', '1')).toEqual([[1, '4.60', 1]]);
    });

    test("a text such as 1.0 below a record's first level is no whole number", async () => {
      expect(await nested('"a"', '"1.0"')).toBeUndefined();
    });
  });

  test('a value is refused exactly when the search for bad records blames it', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('userid', 'registration', 'level', 'page'),
        awkwardJson,
        async (column, json) => {
          const table = loader.context.sources.find((source) => source.table.name === 'staging_events')?.table;
          if (table === undefined) {
            throw new Error('the model has no staging_events');
          }
          const blamed = checkFields(fieldReader(table, undefined, ownNames(table))(recordWith(column, json)), table);
          expect((await load(loader, column, json)) === undefined).toBe(blamed.length > 0);
        },
      ),
      { numRuns: Math.ceil(scale.values * engine.share) },
    ));
});

const awkwardText = fc.oneof(
  fc.stringMatching(/^[ \t\v\u00a0\u2003]{0,3}$/),
  fc.stringMatching(/^[ +-]?[0-9]{0,20}([.][0-9]{0,3})?(e[+-]?[0-9]{1,3})?[ x]?$/),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
);
const awkwardJson: fc.Arbitrary<string> = fc.oneof(
  awkwardText.map((text) => JSON.stringify(text)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.integer().map((value) => `${value}.0`),
  fc.integer({ min: -330, max: 330 }).map((exponent) => `-12.5e${exponent}`),
  fc.json({ maxDepth: 2 }),
);

/** A record that is right but for one column. */
function recordWith(column: string, json: string): string {
  const fields = { ts: '1541105830796', sessionid: '1', iteminsession: '0', page: '"Home"', [column]: json };
  return `{${Object.entries(fields)
    .map(([key, value]) => `"${key}":${value}`)
    .join(',')}}`;
}

function withJsonPaths(loader: Loader): Loader {
  const { context, store } = loader;
  const sources = context.sources.map((source) => {
    if (source.table.name !== 'staging_events') {
      return source;
    }
    const paths = loadedColumns(source.table).map(({ name }) => JSON_PATHS[name] ?? `$['${name}']`);
    store.files.set(PATHS_FILE, JSON.stringify({ jsonpaths: paths }));
    return { ...source, jsonpaths: PATHS_FILE };
  });
  return { ...loader, context: { ...context, sources } };
}

const PATHS_FILE = 'memory://paths/paths.json';

const ownNames = (table: Table) => new Map(loadedColumns(table).map(({ name }) => [name, [name]]));

const HELD = ['sessionid', 'userid', 'registration', 'level', 'page', 'ts'];

/** The rows of several texts, each in a file of its own and marked by its place as its session. */
async function loadTogether(
  { context, store }: Loader,
  texts: readonly string[],
): Promise<readonly (readonly Value[])[]> {
  for (const [mark, text] of texts.entries()) {
    store.files.set(`${LOG_ROOT}/${mark}.json`, text.replace(/("sessionid":)1\b/gi, `$1${mark}`));
  }
  await etl(context);
  store.files.clear();
  return (await context.warehouse.query(`SELECT ${HELD.join(', ')} FROM staging_events ORDER BY sessionid, ts`)).rows;
}

/** What the column holds after the record has been loaded; undefined when it was refused. */
async function load(loader: Loader, column: string, json: string): Promise<Value | undefined> {
  return (await loadFile(loader, recordWith(column, json), column))?.[0]?.[0];
}

/** The rows after a file has been loaded; undefined when it was refused. */
async function loadFile(
  { context, store }: Loader,
  text: string,
  columns = 'userid, level, ts',
): Promise<readonly (readonly Value[])[] | undefined> {
  await runSql(context.warehouse, 'DELETE FROM staging_events');
  await runSql(context.warehouse, 'DELETE FROM load_ledger');
  store.files.set(`${LOG_ROOT}/a.json`, text);
  try {
    await etl(context);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return undefined;
  }
  return (await context.warehouse.query(`SELECT ${columns} FROM staging_events ORDER BY ts`)).rows;
}
