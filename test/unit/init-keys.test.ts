import { describe, expect, test } from '@jest/globals';
import { HashSet } from '../../src/init/hashes.ts';
import { KeySearch } from '../../src/init/keys.ts';
import { Form, formOf } from '../../src/init/times.ts';
import { nameOf, pluralOf, singularOf, tableName, wordsOf } from '../../src/init/words.ts';
import { RESERVED } from '../../src/sql/reserved.ts';

/** Reads records as they would stand in a file. */
function searched(
  records: readonly object[],
  options: { key?: readonly string[]; mostSlots?: number } = {},
): KeySearch {
  const search = new KeySearch('orders', options.key, options.mostSlots);
  for (const record of records) {
    expect(search.add(Buffer.from(JSON.stringify(record)), 0)).toBeUndefined();
  }
  return search;
}

const plain = () => ({});
const numbered = <T extends object>(count: number, more: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => ({ id: at, ...more(at) }));

/** The candidates that identify each record, by the names of their keys. */
const unique = ({ candidates }: KeySearch) =>
  candidates.filter(({ isUnique }) => isUnique).map(({ places }) => places.map(({ shown }) => shown).join());

describe('the search for a key', () => {
  test('prefers the own id of a record, then other keys, then pairs', () => {
    const records = numbered(20, (at) => ({ order_id: `o${at}`, customer_id: at * 2, line: at % 4, note: `n${at}` }));
    expect(unique(searched(records)).slice(0, 3)).toEqual(['id', 'order_id', 'customer_id']);
    const pairs = records.map(({ id, line, note }) => ({ group_id: Math.floor(id / 4), line, note: note.slice(0, 1) }));
    expect(unique(searched(pairs))).toEqual(['group_id,line']);
  });

  test.each([
    ['a repeated value in the last record', { id: 0 }],
    ['a NULL in the last record', { id: null }],
    ['a last record without it', {}],
    ['the same value with a blank at its end, which keys ignore', { id: '0 ' }],
    ['an empty text', { id: ' ' }],
  ])('finds no key after %s', (_, last) => {
    expect(unique(searched([...numbered(50, plain), last]))).toEqual([]);
  });

  test('counts how often a key that was asked for repeats and is missing', () => {
    const { asked } = searched([...numbered(5, plain), { id: 0 }, { id: null }, {}], { key: ['id'] });
    // Of the two records without a value, the second repeats the first.
    expect(asked).toMatchObject({ missing: 2, repeated: 2, compared: 8 });
  });

  test('keeps the candidate that looks most like a key when there is no room for all, and says how far it compared', () => {
    const records = numbered(3000, (at) => ({ other: at }));
    const roomy = searched(records, { mostSlots: 1 << 14 }).candidates[0];
    expect(roomy).toMatchObject({ isUnique: true, compared: 3000 });
    const [kept, ...others] = searched(records, { mostSlots: 1 << 12 }).candidates;
    expect(kept?.places[0]?.shown).toBe('id');
    expect(kept?.compared).toBeLessThan(3000);
    expect(others.filter(({ isUnique, compared }) => isUnique && compared === 3000)).toEqual([]);
  });

  test('names a key that an object has twice', () => {
    const search = new KeySearch('orders', undefined);
    expect(search.add(Buffer.from('{"a":{"b":1,"\\u0062":2}}'), 0)).toBe('b');
    expect(search.add(Buffer.from('{"a":{"b":1},"b":2}'), 0)).toBeUndefined();
    expect(search.records).toBe(1);
  });
});

test('a set of hashes knows each of them, however many there are', () => {
  const set = new HashSet();
  const pairs = Array.from({ length: 5000 }, (_, at) => [Math.imul(at, 0x9e3779b1), at] as const);
  expect(pairs.filter(([high, low]) => !set.add(high, low))).toEqual([]);
  expect(pairs.filter(([high, low]) => set.add(high, low))).toEqual([]);
});

test.each([
  ['2024-02-29 10:00:00', Form.blank],
  ['2024-02-29 10:00:00.123456', Form.blank],
  ['2024-02-29 10:00:00.1234567', Form.local | Form.fine],
  ['2024-02-29T10:00:00', Form.local],
  ['2024-02-29T10:00:00Z', Form.utc],
  ['2024-02-29T10:00:00.5+00:00', Form.utc],
  ['2024-02-29T10:00:00.123456789Z', Form.utc | Form.fine],
  ['2024-02-29T10:00:00+02:00', Form.offset],
  ['2024-02-29T10:00:00.5-0530', Form.offset],
  ['2024-02-29T10:00:00+02', Form.offset],
  ['2024-02-29T10:00:00+2:00', Form.other],
  ['2024-02-29T10:00:00 02:00', Form.other],
  ['2023-02-29T10:00:00Z', Form.other],
  ['1900-02-29 10:00:00', Form.other],
  ['2024-13-01 10:00:00', Form.other],
  ['2024-01-01 24:00:00', Form.other],
  ['2024-01-01 10:00:60', Form.other],
  ['2024-01-01 10:00:00.', Form.other],
  ['0999-01-01 10:00:00', Form.other],
  ['2024-01-01', Form.date],
  ['2024-02-30', Form.other],
  ['1706781600', Form.epoch],
  ['1706781600.25', Form.epoch],
  ['1706781600000', Form.epoch],
  ['1706781600000000', Form.epoch],
  ['170678160012', Form.other],
  ['1706781600.', Form.other],
  ['2024-01-01x10:00:00', Form.other],
])('%s has the form of a time, or none', (text, form) => {
  const bytes = Buffer.from(text);
  expect(formOf(bytes, 0, bytes.length)).toBe(form);
});

test('a table is not called time, because current_time is a time', () => {
  const names = [...RESERVED].filter((word) => word.startsWith('current_')).map((word) => word.slice(8));
  expect(names).toContain('time');
  for (const name of names) expect(tableName(name)).toBe(`its_${name}`);
});

test('names and words of keys are plain', () => {
  expect(wordsOf('createdAtUTC')).toEqual(['created', 'at', 'utc']);
  expect(wordsOf('HTTPStatus-code')).toEqual(['http', 'status', 'code']);
  expect(nameOf(['Größe (cm)'], 'column')).toBe('grosse_cm');
  expect(nameOf(['数'], 'column')).toBe('its_column');
  expect(nameOf(['a'.repeat(60)], 'column')).toHaveLength(50);
  expect(['actor', 'category', 'box', 'address', 'day'].map(pluralOf)).toEqual([
    ...['actors', 'categories', 'boxes', 'addresses', 'days'],
  ]);
  expect(['actors', 'categories', 'boxes', 'address', 'orders'].map(singularOf)).toEqual([
    ...['actor', 'category', 'box', 'address', 'order'],
  ]);
});
