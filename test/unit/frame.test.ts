import { describe, expect, test } from '@jest/globals';
import { MAX_DEPTH, MAX_RECORD_BYTES, type MalformedJson, RecordFramer } from '../../src/records/frame.ts';
import { bytesOf, faultOf, frameBuffer, frameCut, RecordCollector } from './frame-support.ts';

const placeOf = ({ line, column, reason }: MalformedJson) => ({ line, column, reason });

function recordsOf(text: string) {
  const sink = new RecordCollector();
  frameBuffer(bytesOf(text), { sink });
  return sink.records;
}

describe('a file of objects', () => {
  test.each<[string, string, { records: number; lines: number; fitAsIs: boolean }]>([
    ['empty', '', { records: 0, lines: 0, fitAsIs: true }],
    ['white space only', ' \t\r\n \n', { records: 0, lines: 2, fitAsIs: true }],
    ['one record without a last newline', '{}', { records: 1, lines: 1, fitAsIs: true }],
    ['one record with a last newline', '{}\n', { records: 1, lines: 1, fitAsIs: true }],
    [
      'one record a line, blank lines and CRLF among them',
      '{}\r\n\n  {"a":1}  \r\n \n{}',
      { records: 3, lines: 5, fitAsIs: true },
    ],
    ['two records without anything between', '{}{}', { records: 2, lines: 1, fitAsIs: false }],
    ['two records on a line', '{} {}\n', { records: 2, lines: 1, fitAsIs: false }],
    ['two records with a lone carriage return between', '{}\r{}\n', { records: 2, lines: 1, fitAsIs: false }],
    ['a record over several lines', '{\n"a": 1\n}\n', { records: 1, lines: 3, fitAsIs: false }],
    ['a record with a lone carriage return inside', '{\r}\n', { records: 1, lines: 1, fitAsIs: false }],
    ['a record that begins where another ends', '{\n}{}\n', { records: 2, lines: 2, fitAsIs: false }],
    ['a byte order mark first', '\ufeff{}\n', { records: 1, lines: 1, fitAsIs: false }],
    ['a byte order mark alone', '\ufeff', { records: 0, lines: 0, fitAsIs: false }],
  ])('is counted: %s', (_, text, expected) => {
    const bytes = bytesOf(text);
    expect(frameBuffer(bytes)).toEqual({ ...expected, bytes: bytes.length, spellings: new Map() });
  });

  test.each([
    ['every kind of value', '{"a":[1,-0,0.5,1e5,2.5E-3,1E+2,true,false,null,"",{},[]],"b":{"c":{"d":[[]]}}}'],
    ['white space in every place', ' { "a" : [ 1 , { "b" : 2 } , [ ] , { } ] , "c" : 0 } '],
    ['every escape', '{"\\"\\\\\\/\\b\\f\\n\\r\\t":"\\u0041\\u00e9\\uD83D\\uDE00\\uD7ff\\uE000"}'],
    ['the borders of each length of UTF-8', '{"a":"\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}"}'],
    ['an unwanted key twice', '{"a":1,"a":2}'],
  ])('is accepted with %s', (_, text) => {
    expect(recordsOf(text)).toEqual([{ text: text.trim(), line: 1 }]);
  });

  test('gives each record on one line, with the line it began on', () => {
    const text = '\n{"a":\r\n [1,\n2]}{"b":1}\n\n {\n}';
    expect(recordsOf(text)).toEqual([
      { text: '{"a":   [1, 2]}', line: 2 },
      { text: '{"b":1}', line: 4 },
      { text: '{ }', line: 6 },
    ]);
  });

  test('leaves the byte order mark out of the first record', () => {
    expect(recordsOf('\ufeff{"a":1}')).toEqual([{ text: '{"a":1}', line: 1 }]);
  });
});

describe('limits', () => {
  const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

  test(`accept ${MAX_DEPTH} levels and refuse one more`, () => {
    expect(recordsOf(nested(MAX_DEPTH) + nested(MAX_DEPTH))).toHaveLength(2);
    expect(placeOf(faultOf(() => recordsOf(nested(MAX_DEPTH + 1))))).toEqual({
      line: 1,
      column: '{"a":'.length + MAX_DEPTH,
      reason: 'objects and arrays nested deeper than 512',
    });
  });

  const padded = (bytes: number, before = '{"a":"', after = '"}') =>
    bytesOf(before + 'x'.repeat(bytes - before.length - after.length) + after);
  const largest = padded(MAX_RECORD_BYTES);
  const tooLarge = padded(MAX_RECORD_BYTES + 1);
  const reason = 'the record that begins on line 1 is larger than 4 MiB (4194304 bytes)';

  test.each([[[]], [[1]], [[100_000, 3_000_000]], [[MAX_RECORD_BYTES - 1, MAX_RECORD_BYTES]]])(
    'count a record of 4 MiB cut at %j',
    (cuts) => {
      expect(frameCut(largest, cuts, {}).records).toBe(1);
      const two = Buffer.concat([largest, bytesOf('\n\n'), largest]);
      expect(frameCut(two, cuts, { wanted: { names: ['a'] } }).records).toBe(2);
      expect(placeOf(faultOf(() => frameCut(tooLarge, cuts, {})))).toEqual({
        line: 1,
        column: MAX_RECORD_BYTES + 1,
        reason,
      });
    },
  );

  test('stop a record at its size before anything that is wrong behind it', () => {
    const broken = padded(MAX_RECORD_BYTES + 10, '{\n"é":"', '",}');
    const fault = faultOf(() => frameBuffer(broken));
    expect(fault).toMatchObject({ line: 2, column: MAX_RECORD_BYTES - 2, recordLine: 1, reason });
    expect(fault.excerpt).toBe(`…${'x'.repeat(78)}${'x'.repeat(8)}",}`);
  });

  test('hold for a key that was met before and lies across them', () => {
    const text = `{"key":1}{"a":"${'x'.repeat(MAX_RECORD_BYTES - 11)}","key":1}`;
    const fault = faultOf(() => frameBuffer(bytesOf(text), { wanted: { names: ['key'] } }));
    expect(placeOf(fault)).toEqual({ line: 1, column: 10 + MAX_RECORD_BYTES, reason });
  });

  test('count a character that lies across the limit once', () => {
    const text = `{"a":"${'x'.repeat(MAX_RECORD_BYTES - 7)}é${'x'.repeat(9)}"}`;
    expect(faultOf(() => frameBuffer(bytesOf(text))).column).toBe(MAX_RECORD_BYTES);
  });
});

describe('wanted keys', () => {
  const spellingsOf = (text: string, wantedKeys: readonly string[]) =>
    Object.fromEntries(frameBuffer(bytesOf(text), { wanted: { names: wantedKeys } }).spellings);

  test('are noted by spelling, in the order met, those never met with none', () => {
    const text = '{"ts":1,"userId":2}\n{"TS":1,"userId":2}\n{"ts":1,"userid":2}';
    expect(spellingsOf(text, ['userid', 'ts', 'page'])).toEqual({
      userid: ['userId', 'userid'],
      ts: ['ts', 'TS'],
      page: [],
    });
  });

  test('are found behind keys that come and go and change places', () => {
    expect(spellingsOf('{"a":1,"b":2}{"b":1,"a":2}{"c":1,"a":3}{}{"b":1}{"a":1,"c":2,"b":3}', ['a', 'b', 'c'])).toEqual(
      {
        a: ['a'],
        b: ['b'],
        c: ['c'],
      },
    );
  });

  test('are found when written with escapes', () => {
    expect(spellingsOf('{"\\u0074s":1}{"\\u0054\\u0053":1}{"T\\u0073":1}', ['ts'])).toEqual({ ts: ['ts', 'TS', 'Ts'] });
  });

  test('count on the first level only', () => {
    expect(spellingsOf('{"a":{"ts":1,"TS":{"tS":2}},"b":[{"Ts":1}],"ts":"ts"}', ['ts'])).toEqual({ ts: ['ts'] });
  });

  test('are found in any script, with escapes or without', () => {
    expect(spellingsOf('{"größe":1}{"gr\\u00f6ße":2}{"数":3}', ['größe', '数'])).toEqual({
      größe: ['größe'],
      数: ['数'],
    });
    const wanted = { names: ['größe'], kinds: ['text'], exact: true } as const;
    expect(frameBuffer(bytesOf('{"größe":1.50}'), { wanted }).fitAsIs).toBe(false);
    expect(() => frameBuffer(bytesOf('{"größe":"a","gr\\u00f6ße":"b"}'), { wanted })).toThrow('occurs twice');
  });

  test('match whole keys in ASCII letters only', () => {
    expect(spellingsOf('{"kk":1,"k ":1,"\u212a":1,"\\u212a":1,"\u017f":1,"\\u017F":1,"":1}', ['k', 's'])).toEqual({
      k: [],
      s: [],
    });
  });

  test('beyond the number of spellings foreseen are still found', () => {
    const many = (from: number) => Array.from({ length: 300 }, (_, index) => `"k${from + index}":0`).join();
    expect(spellingsOf(`{${many(0)},"ts":1}{${many(300)},"TS":1}{"ts":1}`, ['ts'])).toEqual({ ts: ['ts', 'TS'] });
  });

  test('behind a key of megabytes are still found', () => {
    expect(spellingsOf(`{"${'ts'.repeat(1_000_000)}":1,"Ts":1}`, ['ts'])).toEqual({ ts: ['Ts'] });
  });

  test.each([
    ['{"ts":1,"ts":2}', 1, 9],
    ['{"ts":1,\n "x":"é", "TS":2}', 2, 11],
    ['{"ts":1,"\\u0074s":2}', 1, 9],
    ['{"\\u0074s":1,"ts":2}', 1, 14],
    ['{"a":1,"ts":1}\n{"ts":1,"a":{"ts":1},"ts":2}', 2, 22],
    ['{"ts":1}{"ts":1}{"ts":1,"b":2,"ts":3}', 1, 31],
  ])('are refused twice in one record: %j', (text, line, column) => {
    for (const cuts of [[], Array.from(text, (_, index) => index)]) {
      const fault = faultOf(() => frameCut(bytesOf(text), cuts, { wanted: { names: ['a', 'ts'] } }));
      expect(placeOf(fault)).toEqual({
        line,
        column,
        reason: `key "ts" occurs twice in one record${/^[^}]*\n/.test(text) ? ' (the record begins on line 1)' : ''}`,
      });
    }
  });

  test('are refused twice among more keys than are foreseen', () => {
    const many = Array.from({ length: 300 }, (_, index) => `"k${index}":0`).join();
    expect(() => frameBuffer(bytesOf(`{"ts":1,${many},"TS":1}`), { wanted: { names: ['ts'] } })).toThrow(
      'key "ts" occurs twice',
    );
  });
});

test('Chunks may be empty', () => {
  const framer = new RecordFramer({ wanted: { names: ['ts'] } });
  for (const text of ['', '{"t', '', 's":1', '', '}', '']) framer.push(bytesOf(text));
  expect(framer.end()).toEqual({
    records: 1,
    bytes: 8,
    lines: 1,
    fitAsIs: true,
    spellings: new Map([['ts', ['ts']]]),
  });
});

test('a framer takes one file after the other, and keeps only the spellings it has learnt', () => {
  const framer = new RecordFramer({ wanted: { names: ['ts'] } });
  framer.push(bytesOf('{"ts":1}{"TS":2}'));
  expect(framer.end()).toMatchObject({ records: 2, lines: 1, fitAsIs: false });
  framer.push(bytesOf('{"ts":3}\n{}'));
  expect(framer.end()).toMatchObject({
    records: 2,
    lines: 2,
    bytes: 11,
    fitAsIs: true,
    spellings: new Map([['ts', ['ts', 'TS']]]),
  });
  framer.push(bytesOf('{}\n{"ts":'));
  expect(faultOf(() => framer.end())).toMatchObject({ line: 2 });
});
