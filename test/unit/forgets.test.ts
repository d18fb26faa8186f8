import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { bundle } from '../../src/objects/bundle.ts';
import { MemoryStore } from '../../src/objects/memory.ts';
import type { SourceObject } from '../../src/objects/objects.ts';
import { locate, type Part } from '../../src/objects/part.ts';
import { Spool } from '../../src/objects/spool.ts';
import { parseCondition } from '../../src/pipeline/condition.ts';
import { type Forget, forgetOf, forgottenIn } from '../../src/pipeline/forgets.ts';
import { canonicalText } from '../../src/records/canonical.ts';
import { UnknownKeys } from '../../src/records/unknown-keys.ts';
import { type Table, tableNamed } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { withFolder } from '../support/engines.ts';

const EVENTS = tableNamed(loadModel(), 'staging_events');
const spelled = (...names: readonly string[]) => new Map(names.map((name) => [name.toLowerCase(), [name]]));

describe('a condition', () => {
  test.each([
    ['userid = 91', [['userid', '91']]],
    ["  UserId='91'  ", [['userid', '91']]],
    [
      "a = 'O''Hara' and b=-1.5 AND c = '' ",
      [
        ['a', "O'Hara"],
        ['b', '-1.5'],
        ['c', ''],
      ],
    ],
    ["a = ' x = 1 AND '", [['a', ' x = 1 AND ']]],
    ["a = 'NULL'", [['a', 'NULL']]],
    ['a = \u00e9\u{1f600}', [['a', '\u00e9\u{1f600}']]],
  ])('%s is read', (text, values) => {
    expect([...parseCondition(text)]).toEqual(values);
  });

  test.each([
    ['', 'the name of a column at character 1'],
    ['91 = ', 'a value at character 6'],
    ['userid', '= at character 7'],
    ['userid < secret', '= at character 8'],
    ['userid = secret OR 1 = 1', 'AND, or the end at character 17'],
    ['userid = 91 ANDx = 1', 'AND, or the end at character 13'],
    ["userid = 'secret", 'a quote is not closed'],
    ["userid = 'secret' 'secret'", 'AND, or the end at character 19'],
    ['userid = null', 'a value that is missing'],
    ['a = 1 AND a = 2', 'a column is there twice'],
    ['lower(a) = secret', '= at character 6'],
    ['a = secret; DROP TABLE users', 'AND, or the end at character 13'],
  ])('%s is refused without showing it', (text, message) => {
    const refused = () => parseCondition(text);
    expect(refused).toThrow('--where cannot be read');
    expect(refused).toThrow(message);
    expect(refused).not.toThrow('secret');
  });
});

describe('the text by which a value is remembered', () => {
  test.each([
    ['bigint', ['91', '+91', '0091', ' 91 '], '91'],
    ['bigint', ['-0', '0', '+0'], '0'],
    ['bigint', ['', '  ', undefined], undefined],
    ['varchar', ['Ann', 'Ann  '], 'Ann'],
    ['varchar', ['', '   '], ''],
    ['varchar', [undefined], undefined],
    ['double', ['1.5', '1.50', '15e-1', '+1.5'], '1.5'],
    ['double', ['-0', '0.0', '0'], '0'],
    [
      'timestamp',
      ['2024-01-31 10:00:00', '2024-01-31 10:00:00.0', '2024-01-31 10:00:00.000000'],
      '2024-01-31 10:00:00',
    ],
    ['timestamp', ['2024-01-31 10:00:00.120', '2024-01-31 10:00:00.12'], '2024-01-31 10:00:00.12'],
  ] as const)('%s: %j', (type, spellings, text) => {
    expect(spellings.map((one) => canonicalText(one, { type }))).toEqual(spellings.map(() => text));
  });
});

describe('the records that are left out', () => {
  const forgets = (...people: readonly (readonly [string, string][])[]): readonly Forget[] => {
    const known: Forget[] = [];
    for (const values of people) known.push(forgetOf('staging_events', new Map(values), known).forget);
    return known;
  };

  test('are found however their values are written, by any of the entries', () => {
    const isForgotten = forgottenIn(
      EVENTS,
      undefined,
      forgets(
        [['userid', '91']],
        [['userid', '7']],
        [
          ['page', 'Home'],
          ['sessionid', '3'],
        ],
      ),
    );
    const spellings = spelled('userId', 'sessionId', 'page');
    const found = (record: unknown) =>
      isForgotten?.(typeof record === 'string' ? record : JSON.stringify(record), spellings);
    expect(
      [
        '{"userId":91}',
        '{"userId":91.0}',
        '{"userId":"+91"}',
        { userId: '7', page: 'x' },
        { page: 'Home ', sessionId: 3 },
      ].map(found),
    ).toEqual(Array(5).fill(true));
    expect(
      [
        { userId: '910' },
        { userId: '' },
        { userId: null },
        {},
        { userId: [91] },
        { page: 'home', sessionId: 3 },
        { sessionId: 3 },
      ].map(found),
    ).toEqual(Array(7).fill(false));
  });

  test('of one set of columns share a salt, and an entry that is there is not made again', () => {
    const [one, other, again] = forgets([['userid', '91']], [['userid', '92']], [['userid', '91']]) as [
      Forget,
      Forget,
      Forget,
    ];
    expect([other.salt, again]).toEqual([one.salt, one]);
    expect(other.digest).not.toBe(one.digest);
    expect(forgetOf('staging_events', new Map([['userid', '91']]), []).forget.digest).not.toBe(one.digest);
  });

  test('are found by paths, and under the former name of a column; without the column no load goes on', () => {
    const columns = EVENTS.columns.map((column) =>
      column.name === 'userid' ? { ...column, name: 'person', was: 'userid' } : column,
    );
    const renamed: Table = { ...EVENTS, columns };
    const people = forgets([['userid', '91']]);
    expect(forgottenIn(renamed, undefined, people)?.('{"person":91}', spelled('person'))).toBe(true);
    // Files from before the rename have the former key.
    const newer = forgetOf('staging_events', new Map([['person', '91']]), []).forget;
    const found = [
      people,
      [newer],
      forgets([
        ['userid', '91'],
        ['page', 'Home'],
      ]),
    ].map((entries) => {
      const isForgotten = forgottenIn(renamed, undefined, entries);
      const records = [
        '{"userId":"91","page":"Home"}',
        '{"userid":92,"page":"Home"}',
        '{"page":"Home"}',
        '{"user":91}',
      ];
      return records.map((record) => isForgotten?.(record, spelled('page', 'person')));
    });
    expect(found).toEqual(Array(3).fill([true, false, false, false]));
    const paths = EVENTS.columns.map(({ name }) => ['who', name]);
    expect(forgottenIn(EVENTS, paths, people)?.('{"who":{"userid":"91"}}', new Map())).toBe(true);
    const lost: Table = { ...EVENTS, columns: columns.filter(({ name }) => name !== 'person') };
    expect(() => forgottenIn(lost, undefined, people)).toThrow('has no column userid any more');
    expect(forgottenIn(EVENTS, undefined, [])).toBeUndefined();
    expect(
      forgottenIn(
        EVENTS,
        undefined,
        people.map((one) => ({ ...one, table: 'staging_songs' })),
      ),
    ).toBeUndefined();
  });

  test('make a big file be written anew without them, and their keys do not count', () =>
    withFolder(async (folder) => {
      const store = new MemoryStore();
      store.files.set('memory://a/a.json', '{"ts":1,"b":2}\n{"ts":2,"b":3,"c":4}\n\n{"ts":3}');
      store.files.set('memory://a/b.json', '{"ts":2}\n');
      const objects: SourceObject[] = [];
      for await (const page of store.list('memory://a')) objects.push(...page.objects);
      const unknown = new UnknownKeys();
      const { parts, files } = await bundle(objects, {
        ...{ store, spool: new Spool(folder, 'spool'), signal: new AbortController().signal, prefix: 'p', unknown },
        ...{ wanted: { names: ['ts'] }, passThroughBytes: 1, reads: 's3' as const },
        isForgotten: (record) => record.includes('"ts":2'),
      });
      expect(parts.map(({ path }) => readFileSync(path, 'utf8'))).toEqual(['{"ts":1,"b":2}\n{"ts":3}\n']);
      expect(locate(parts[0] as Part, 2)).toMatchObject({ line: 4 });
      expect(files.map(({ records, forgotten, keys }) => [records, forgotten, keys?.met])).toEqual([
        [3, 1, 3],
        [1, 1, 0],
      ]);
      expect(unknown.found().keys.map(({ key, records }) => [key, records])).toEqual([['b', 1]]);
    }));
});
