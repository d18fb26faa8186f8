import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RecordFramer } from '../../src/records/frame.ts';
import { plainFits } from '../../src/records/plain-record.ts';
import { checkFields, fieldReader } from '../../src/records/record.ts';
import { wantedKeys } from '../../src/records/wanted-keys.ts';
import { loadedColumns, type Table, tablesOf } from '../../src/sql/catalogue.ts';
import type { JsonPath } from '../../src/sql/jsonpaths.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { PLAY, SONG } from '../support/trials.ts';

const [EVENTS, SONGS] = tablesOf(loadModel(), 'staging') as [Table, Table];

/** Whether a record is taken without a closer look, and what the closer look says. */
function judged(
  record: string,
  table: Table,
  paths?: readonly JsonPath[],
): { readonly sure: boolean; readonly fits: boolean } {
  let isOdd = false;
  const sink = { segment: () => {}, endRecord: (_: number, odd: boolean) => (isOdd = odd) };
  const framer = new RecordFramer({ sink, wanted: wantedKeys(table, paths) });
  framer.push(Buffer.from(record));
  const { spellings } = framer.end();
  const fields = fieldReader(table, paths, spellings)(record);
  const sure = !isOdd && plainFits(table, paths)(record, spellings);
  return { sure, fits: checkFields(fields, table).length === 0 };
}

const value = fc.oneof(
  fc.constantFrom('null', '""', '" "', '"7"', '"007"', '"-7"', '1.0', '1e3', 'true', '[]', '{"a":"b"}', '-1', '1e400'),
  fc.constantFrom('253402300799999', '253402300800000', '-62135596800001', '"999999999999999"', '9223372036854775808'),
  fc.integer({ min: 80, max: 90 }).map((length) => JSON.stringify('é'.repeat(length))),
  fc.integer({ min: 250, max: 260 }).map((length) => JSON.stringify('x'.repeat(length))),
  fc.json({ maxDepth: 1 }).map((json) => json.replaceAll('\\u0000', '')),
);
/** Undefined leaves the good value. */
const mostly = fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const spelled = (name: string) => fc.constantFrom(name, name, name.toUpperCase());

/** A record that fits, but for some of its values. */
const recordOf = (table: Table, good: object) =>
  fc.tuple(...table.columns.map(({ name }) => fc.tuple(spelled(name), mostly))).map((members) => {
    const byName = new Map(Object.entries(good).map(([key, json]) => [key.toLowerCase(), JSON.stringify(json)]));
    const texts = members.map(([key, odd]) => [key, odd ?? byName.get(key.toLowerCase())] as const);
    return `{${texts.flatMap(([key, json]) => (json === undefined ? [] : [`"${key}":${json}`])).join()}}`;
  });

/** Each column at a key of its own name. */
const ownPaths = (table: Table) => loadedColumns(table).map(({ name }) => [name]);

test('nothing is sure where paths go deeper, or to one key for several columns', () => {
  const record = JSON.stringify(SONG);
  const own = ownPaths(SONGS);
  expect(judged(record, SONGS, own)).toEqual({ sure: true, fits: true });
  expect(judged(record, SONGS, [...own.slice(1), ['year']]).sure).toBe(false);
  expect(
    judged(
      record,
      SONGS,
      own.map((path) => (path[0] === 'year' ? ['year', 0] : path)),
    ).sure,
  ).toBe(false);
});

test.each([
  ['events', EVENTS, PLAY],
  ['songs', SONGS, SONG],
] as const)('what is taken for sure fits by the closer look, too: %s', (_, table, good) => {
  expect(judged(JSON.stringify(good), table)).toEqual({ sure: true, fits: true });
  let sure = 0;
  fc.assert(
    fc.property(recordOf(table, good), (record) => {
      const verdict = judged(record, table);
      sure += verdict.sure ? 1 : 0;
      expect(verdict.sure && !verdict.fits).toBe(false);
      const byPath = judged(record, table, ownPaths(table));
      expect(byPath.sure && !byPath.fits).toBe(false);
    }),
    { numRuns: 3000 },
  );
  expect(sure).toBeGreaterThan(30);
});
