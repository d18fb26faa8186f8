import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RecordFramer } from '../../src/records/frame.ts';
import type { WantedKeys } from '../../src/records/frame-keys.ts';
import { rewriter } from '../../src/records/rewrite.ts';
import { MOST_TOLD_BYTES, readToldKeys } from '../../src/records/told-keys.ts';
import { MOST_UNKNOWN_KEYS, UnknownKeys } from '../../src/records/unknown-keys.ts';
import { WholeRecords } from '../../src/records/whole-records.ts';
import { elementsPath, keyPath } from '../../src/sql/key-paths.ts';
import { bytesOf } from './frame-support.ts';

const RUNS = { numRuns: 500 };
const escaped = (name: string) =>
  [...name].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const long = 'x'.repeat(300);
const AWKWARD = ['b', 'B', 'Ts ', 'tsx', 'a.b', 'say "b"', '', 'é', '__proto__', 'constructor', 'toString', '\u212a'];
const UNKNOWN = [...AWKWARD, long, `${long}y`, long.toUpperCase(), 'x'.repeat(256), 'x'.repeat(257), 'new\nline'];
const WANTED = ['ts', 'user_id', 'a'];
const MISSPELT = ['user_ids', 'USER_ID', 'TS', 'tS', 'A'];

type Member = readonly [name: string, spelling: string];
const member = fc
  .tuple(fc.oneof(fc.constantFrom(...UNKNOWN), fc.constantFrom(...WANTED, ...MISSPELT), fc.string()), fc.boolean())
  .filter(([name]) => !/\p{Surrogate}|\0/u.test(name))
  .map(([name, isEscaped]): Member => [name, isEscaped ? `"${escaped(name)}"` : JSON.stringify(name)]);
const value = fc.constantFrom('1', '"x"', 'null', '{}', '{"b":1,"nested":{"b":2}}', '[{"b":1}]', '"{\\"b\\":1}"');
const separator = fc.constantFrom('\n', '\n', '\n\n', ' ', '\r\n');

/** Wanted keys occur once in a record, others as often as they like. */
function withoutRepeats(members: readonly (readonly [Member, string])[], fold: (name: string) => string) {
  const seen = new Set<string>();
  return members.filter(([[name]]) => {
    const isSecond = WANTED.includes(fold(name)) && seen.has(fold(name));
    seen.add(fold(name));
    return !isSecond;
  });
}

const asciiFolded = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

interface Source {
  readonly exact: boolean;
  readonly ignored: readonly string[];
  readonly files: readonly (readonly { readonly names: readonly string[]; readonly text: string }[])[];
}
const source: fc.Arbitrary<Source> = fc
  .record({
    exact: fc.boolean(),
    ignored: fc.subarray(['b', 'B', '"a.b"', 'constructor']),
    files: fc.array(
      fc.array(fc.tuple(fc.array(fc.tuple(member, value), { maxLength: 8 }), separator), { maxLength: 6 }),
      { maxLength: 4 },
    ),
  })
  .map(({ exact, ignored, files }) => {
    const fold = exact ? (name: string) => name : asciiFolded;
    return {
      exact,
      ignored,
      files: files.map((records) =>
        records.map(([all, after]) => {
          const members = withoutRepeats(all, fold);
          const text = `{${members.map(([[, spelling], one]) => `${spelling}:${one}`).join(', ')}}${after}`;
          return { names: members.map(([[name]]) => name), text };
        }),
      ),
    };
  });
const cuts = fc.array(fc.nat(), { maxLength: 8 });

/** The oracle: by the platform's parser, which knows no places. */
function expected({ exact, ignored, files }: Source) {
  const fold = exact ? (name: string) => name : asciiFolded;
  const left = new Set(ignored.map((path) => fold(path === '"a.b"' ? 'a.b' : path)));
  const counts = new Map<string, { records: number; file: string; line: number }>();
  for (const [index, records] of files.entries()) {
    let line = 1;
    for (const { text } of records) {
      for (const name of new Set(Object.keys(JSON.parse(text)).map(fold))) {
        if (WANTED.includes(name) || left.has(name)) continue;
        const known = counts.get(name) ?? { records: 0, file: `file ${index}`, line };
        counts.set(name, { ...known, records: known.records + 1 });
      }
      line += text.split('\n').length - 1;
    }
  }
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** What becomes of each key, counted as often as it occurs. */
function countsOf({ exact, ignored }: Source, records: Source['files'][number]) {
  const fold = exact ? (name: string) => name : asciiFolded;
  const left = new Set(ignored.map((path) => fold(path === '"a.b"' ? 'a.b' : path)));
  const names = records.flatMap((record) => record.names.map(fold));
  const loaded = names.filter((name) => WANTED.includes(name)).length;
  const passed = names.filter((name) => left.has(name) && !WANTED.includes(name)).length;
  return { met: names.length, loaded, rescued: 0, ignored: passed, unknown: names.length - loaded - passed };
}

function push(framer: RecordFramer, bytes: Uint8Array, places: readonly number[]): void {
  const all = [0, ...places.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [index, from] of all.slice(0, -1).entries()) {
    const chunk = Uint8Array.from(bytes.subarray(from, all[index + 1]));
    framer.push(chunk);
    chunk.fill(0x7b);
  }
}

/** What is told of a key, by the key itself. Keys are told as they are written in a model. */
function byName(unknown: UnknownKeys, names: readonly string[], exact: boolean) {
  const fold = exact ? (name: string) => name : asciiFolded;
  const shown = (path: string) => (path.length > 100 ? `${path.slice(0, 100)}…` : path);
  const told = unknown.found();
  expect(told.more).toBeUndefined();
  return told.keys.map(({ key, records, file, line }) => {
    const fits = [...new Set(names.filter((name) => shown(keyPath(name)) === key).map(fold))];
    expect(fits).not.toEqual([]);
    return { fits, records, file, line };
  });
}

test.each([
  ['anywhere', cuts],
  ['everywhere', undefined],
] as const)('Every key that no column takes is counted once a record, in chunks that are cut %s', (_, places) => {
  let found = 0;
  fc.assert(
    fc.property(source, places ?? fc.constant(undefined), (one, cut) => {
      const unknown = new UnknownKeys({ ignored: one.ignored, exact: one.exact, columns: WANTED });
      const framer = new RecordFramer({ wanted: { names: WANTED, exact: one.exact }, unknown });
      for (const [index, records] of one.files.entries()) {
        const bytes = bytesOf(records.map(({ text }) => text).join(''));
        push(framer, bytes, cut ?? Array.from(bytes, (_byte, at) => at));
        framer.end();
        const { told, missing, ...counts } = unknown.keepFile(`file ${index}`);
        const met = new Set(records.flatMap((record) => record.names.map(one.exact ? (name) => name : asciiFolded)));
        expect(missing).toBe(met.size === 0 ? undefined : WANTED.filter((name) => !met.has(name)).join());
        expect(counts).toEqual(countsOf(one, records));
        expect(told === undefined).toBe(counts.unknown === 0);
      }
      const due = expected(one);
      found += due.length;
      const names = one.files.flat().flatMap((record) => record.names);
      const told = byName(unknown, names, one.exact);
      expect(told).toHaveLength(due.length);
      // Keys of which only the beginning is shown are told apart by their counts.
      for (const [name, count] of due) {
        expect(told.filter(({ fits }) => fits.includes(name)).map(({ fits, ...rest }) => rest)).toContainEqual(count);
      }
    }),
    places === undefined ? { numRuns: 50 } : RUNS,
  );
  expect(found).toBeGreaterThan(100);
});

test('A record that is dropped, and a file that is dropped, count for nothing', () => {
  const unknown = new UnknownKeys();
  const framer = new RecordFramer({
    wanted: { names: WANTED },
    unknown,
    mistakes: { onMistake: () => {}, onBroken: () => {} },
  });
  framer.push(bytesOf('{"b": 1, "c": oops}\n{"b": 1}\n{"d": 1, "b": 2\n'));
  framer.end();
  unknown.keepFile('one');
  framer.push(bytesOf('{"e": 1, "b": 2}'));
  framer.end();
  unknown.dropFile();
  framer.push(bytesOf('\n{"e": 1}\n'));
  framer.end();
  expect(unknown.keepFile('three')).toEqual({
    ...{ met: 1, loaded: 0, rescued: 0, ignored: 0, unknown: 1 },
    told: '{"keys":1,"first":[{"key":"e","records":1,"line":2}]}',
    missing: '',
  });
  expect(unknown.found()).toMatchObject({
    keys: [
      { key: 'b', records: 1, file: 'one', line: 2 },
      { key: 'e', records: 1, file: 'three', line: 2 },
    ],
    more: undefined,
  });
});

test('A million different keys take bounded memory, and those that are not told are counted', () => {
  const unknown = new UnknownKeys();
  const framer = new RecordFramer({ wanted: { names: WANTED }, unknown });
  const before = process.memoryUsage().heapUsed;
  for (let first = 0; first < 1_000_000; first += 100) {
    const keys = Array.from({ length: 100 }, (_, index) => `"key ${first + index}":1`);
    framer.push(bytesOf(`{${keys.join()}}\n`));
  }
  framer.end();
  const counts = unknown.keepFile('a');
  expect(counts).toMatchObject({ met: 1_000_000, loaded: 0, unknown: 1_000_000 });
  expect(readToldKeys(counts.told ?? '')).toMatchObject({
    keys: MOST_UNKNOWN_KEYS + 1,
    first: expect.arrayContaining([{ key: '"key 20"', records: 1, line: 1 }]),
  });
  expect(Buffer.byteLength(counts.told ?? '')).toBeLessThanOrEqual(MOST_TOLD_BYTES);
  const { keys, more } = unknown.found();
  expect(keys).toHaveLength(MOST_UNKNOWN_KEYS);
  expect(keys.at(-1)).toMatchObject({ key: '"key 999"', records: 1, file: 'a', line: 10 });
  expect(more?.records).toBe(9990);
  expect(more?.keys).toBeGreaterThan(200_000);
  expect(more?.keys).toBeLessThanOrEqual(999_000);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
});

test('A key of a megabyte is counted, whole or in chunks, and told in a few words', () => {
  const unknown = new UnknownKeys();
  const framer = new RecordFramer({ wanted: { names: WANTED }, unknown });
  const key = 'k'.repeat(1024 * 1024);
  push(
    framer,
    bytesOf(`{"${key}":1}\n{"${key}1":1,"${escaped('k')}${key.slice(1)}":2}`),
    [3, 70_000, 900_000, 1_500_000],
  );
  framer.end();
  unknown.keepFile('a');
  const shown = `${'k'.repeat(100)}…`;
  expect(unknown.found().keys).toMatchObject([
    { key: shown, records: 2, file: 'a', line: 1 },
    { key: shown, records: 1, file: 'a', line: 2 },
  ]);
});

/** Values below the first level. */
const inner = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(1, 'x', null, true),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a.b', '__proto__', ''), tie('node'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
})).node;
const path = fc.tuple(
  fc.constantFrom('a', 'b'),
  fc.array(fc.constantFrom<string | number>('a', 'b', 'c', 'a.b', 0, 1), { minLength: 1, maxLength: 3 }),
);

/** What no path reads in a value, by the platform's parser; undefined if the record cannot be read. */
function unreadIn(
  value: unknown,
  paths: readonly (readonly (string | number)[])[],
  at: string,
): readonly string[] | undefined {
  if (value === null) return [];
  const isWhole = paths.some((one) => one.length === 0);
  const elements = paths.flatMap(([step]) => (typeof step === 'number' ? [step] : []));
  const isArray = Array.isArray(value);
  if (elements.some((step) => !isArray || step >= value.length)) return undefined;
  const isRead = typeof value === 'object' && (!isArray || elements.length > 0);
  const all = isRead ? membersOf(value).map((member) => unreadAt(member, paths, at)) : [[at]];
  if (all.includes(undefined)) return undefined;
  return isWhole ? [] : all.flatMap((one) => one ?? []);
}

type Inner = readonly [step: string | number, value: unknown];

function membersOf(value: object): readonly Inner[] {
  return Array.isArray(value) ? [...value.entries()] : Object.entries(value);
}

function unreadAt([step, value]: Inner, paths: readonly (readonly (string | number)[])[], at: string) {
  const below = paths.filter(([first]) => first === step).map((one) => one.slice(1));
  const where = typeof step === 'number' ? elementsPath(at) : keyPath(step, at);
  return below.length === 0 ? [where] : unreadIn(value, below, where);
}

/** Whether there is something at the end of a path, if it is only null. */
function leadsToSomething(value: unknown, [step, ...rest]: readonly (string | number)[]): boolean {
  if (step === undefined) return true;
  const isStep = typeof step === 'number' ? Array.isArray(value) : !Array.isArray(value);
  const isThere = isStep && typeof value === 'object' && value !== null && Object.hasOwn(value, step);
  return isThere && leadsToSomething((value as Record<string | number, unknown>)[step], rest);
}

test('What no path reads below a key of the first level is counted by its place', () => {
  let found = 0;
  const records = fc.array(fc.record({ a: inner, b: inner, c: inner }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 4 }), records, (some, all) => {
      const paths = some.map(([first, rest]) => [first, ...rest]);
      const names = [...new Set(paths.map(([first]) => String(first)))];
      const layout = paths.map((one, index) => ({ name: `column_${index}`, kind: 'text' as const, path: one }));
      const wanted: WantedKeys = { names, exact: true, layout };
      const counts = new Map<string, number>();
      let occurrences = 0;
      const kept = all.filter((record) => {
        const unread = Object.entries(record).map(([name, value]) => {
          const below = paths.filter(([first]) => first === name).map((one) => one.slice(1));
          return below.length === 0 ? [name] : unreadIn(value, below, name);
        });
        if (unread.includes(undefined)) return false;
        occurrences += unread.flatMap((few) => few ?? []).length;
        for (const one of new Set(unread.flatMap((few) => few ?? []))) counts.set(one, (counts.get(one) ?? 0) + 1);
        return true;
      });
      found += counts.size;
      const columns = layout.map(({ name }) => name);
      const unknown = new UnknownKeys({ exact: true, columns });
      const rewrite = rewriter(wanted, unknown);
      const sink = new WholeRecords((record) => void rewrite(record.toString()));
      const framer = new RecordFramer({ wanted, unknown, sink });
      framer.push(bytesOf(kept.map((record) => JSON.stringify(record)).join('\n')));
      framer.end();
      const { met, loaded, unknown: unread, missing } = unknown.keepFile('a');
      const lacking = columns.filter((_, at) => !kept.some((record) => leadsToSomething(record, paths[at] ?? [])));
      expect(missing).toBe(met === 0 ? undefined : lacking.join());
      expect(unread).toBe(occurrences);
      expect(met).toBe(loaded + unread);
      expect(new Map(unknown.found().keys.map(({ key, records: count }) => [key, count]))).toEqual(counts);
    }),
    RUNS,
  );
  expect(found).toBeGreaterThan(500);
});

test('what somebody else wrote about keys into the ledger counts as what can be read of it', () => {
  const key = { key: 'a', records: 1, line: 1 };
  expect(readToldKeys(JSON.stringify({ keys: 'many', first: [key, { key: 1 }, null] }))).toEqual({
    keys: 3,
    first: [key],
  });
  for (const text of ['', 'null', '[]', '{"keys":1,"first":7}']) {
    expect(readToldKeys(text)).toEqual({ keys: 0, first: [] });
  }
});
