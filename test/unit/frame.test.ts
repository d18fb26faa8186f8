import { describe, expect, test } from '@jest/globals';
import { MAX_DEPTH, MAX_RECORD_BYTES, type MalformedJson, RecordFramer } from '../../src/objects/frame.ts';
import { bytesOf, faultOf, frameBuffer, frameCut, RecordCollector } from './frame-support.ts';

const ROOT = 'a record must be a JSON object; this file holds';
const LONE_HIGH = 'a lone surrogate: \\uD800 to \\uDBFF must be followed by \\uDC00 to \\uDFFF';
const LONE_LOW = 'a lone surrogate: \\uDC00 to \\uDFFF must follow \\uD800 to \\uDBFF';
const BAD_HEX = 'bad escape: \\u takes four hexadecimal digits';
const LINE_BREAK = 'a line break inside a string: its closing quote is missing, or write \\n';

type Source = string | readonly number[];
const toBytes = (source: Source) => (typeof source === 'string' ? bytesOf(source) : Uint8Array.from(source));
const textThen = (before: string, bytes: readonly number[], after = '"}') => [
  ...bytesOf(before),
  ...bytes,
  ...bytesOf(after),
];
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

describe('a root that is no object is refused', () => {
  test.each<[Source, number, number, string]>([
    ['[{"a":1}]', 1, 1, `${ROOT} an array: write one object per record`],
    ['{}\n\n  "x"', 3, 3, `${ROOT} a string: write one object per record`],
    ['-1', 1, 1, `${ROOT} a number: write one object per record`],
    ['7', 1, 1, `${ROOT} a number: write one object per record`],
    ['null', 1, 1, `${ROOT} a bare word: write one object per record`],
    ['{},\n{}', 1, 3, 'records are separated by white space, not by commas'],
    ['{}\n}', 2, 1, 'expected a record, which begins with "{", found "}"'],
    ['// note\n{}', 1, 1, 'JSON has no comments'],
    [[0xff, 0xfe, 0x7b, 0x00], 1, 1, 'this looks like UTF-16: a source file must be UTF-8'],
    [[0x1f, 0x8b, 0x08], 1, 1, 'this looks like gzip: the name of a compressed file ends in .gz'],
    ['{}\u00a0{}', 1, 3, 'a character beyond ASCII (byte 0xC2) outside a string'],
    ['{}\0', 1, 3, 'a control character (U+0000) outside a string'],
    ['{}\f', 1, 3, 'a control character (U+000C) outside a string'],
    ['\ufeff\ufeff{}', 1, 1, 'a character beyond ASCII (byte 0xEF) outside a string'],
    ['{}\ufeff{}', 1, 3, 'a character beyond ASCII (byte 0xEF) outside a string'],
    [[0xef, 0xbb], 1, 1, 'byte 0xEF outside a string, and it begins no byte order mark'],
    [[0xef, 0x7b, 0x7d], 1, 1, 'byte 0xEF outside a string, and it begins no byte order mark'],
  ])('%j', (source, line, column, reason) => {
    expect(placeOf(faultOf(() => frameBuffer(toBytes(source))))).toEqual({ line, column, reason });
  });
});

describe('an object that is not strict JSON is refused', () => {
  test.each<[string, number, number, string]>([
    ['{"a":1,}', 1, 8, 'a comma before "}"'],
    ['{"a":[1,]}', 1, 9, 'a comma before "]"'],
    ['{,}', 1, 2, 'expected a key in double quotes or "}", found ","'],
    ['{a:1}', 1, 2, 'expected a key in double quotes or "}", found "a"'],
    ['{"a":1,b:2}', 1, 8, 'expected a key in double quotes, found "b"'],
    ["{'a':1}", 1, 2, 'strings and keys take double quotes'],
    ['{"a" 1}', 1, 6, 'expected ":" after the key, found "1"'],
    ['{"a":}', 1, 6, 'expected a value, found "}"'],
    ['{"a":]}', 1, 6, 'expected a value, found "]"'],
    ['{"a":[,1]}', 1, 7, 'expected a value or "]", found ","'],
    ['{"a":1 "b":2}', 1, 8, 'expected "," or "}", found """'],
    ['{"a":{"b":1]}', 1, 12, 'expected "," or "}", found "]"'],
    ['{"a":[1}', 1, 8, 'expected "," or "]", found "}"'],
    ['{"a":[1 2]}', 1, 9, 'expected "," or "]", found "2"'],
    ['{"a":NaN}', 1, 6, 'NaN and Infinity are no JSON values'],
    ['{"a":Infinity}', 1, 6, 'NaN and Infinity are no JSON values'],
    ['{"a":-Infinity}', 1, 7, 'expected a digit, found "I"'],
    ['{"a":undefined}', 1, 6, 'expected a value, found "u"'],
    ['{"a":True}', 1, 6, 'expected a value, found "T"'],
    ['{"a":trye}', 1, 8, 'expected true, false or null, found "y"'],
    ['{"a":nulll}', 1, 10, 'expected "," or "}", found "l"'],
    ['{"a":01}', 1, 7, 'a number cannot begin with 0'],
    ['{"a":-01}', 1, 8, 'a number cannot begin with 0'],
    ['{"a":+1}', 1, 6, 'expected a value, found "+"'],
    ['{"a":.5}', 1, 6, 'expected a value, found "."'],
    ['{"a":1.}', 1, 8, 'expected a digit, found "}"'],
    ['{"a":1e}', 1, 8, 'expected a digit, found "}"'],
    ['{"a":1e+}', 1, 9, 'expected a digit, found "}"'],
    ['{"a":-}', 1, 7, 'expected a digit, found "}"'],
    ['{"a":0x1}', 1, 7, 'expected "," or "}", found "x"'],
    ['{"a":[0x1]}', 1, 8, 'expected "," or "]", found "x"'],
    ['{"a":1 /* one */}', 1, 8, 'JSON has no comments'],
    [
      '{\n  "é": 1,\n  "ü": “x”\n}',
      3,
      8,
      'a character beyond ASCII (byte 0xE2) outside a string (the record begins on line 1)',
    ],
    ['{"a":\u000b1}', 1, 6, 'a control character (U+000B) outside a string'],
  ])('%j', (text, line, column, reason) => {
    expect(placeOf(faultOf(() => frameBuffer(bytesOf(text))))).toEqual({ line, column, reason });
  });
});

describe('a string that is not strict JSON and UTF-8 is refused', () => {
  test.each<[Source, number, string]>([
    ['{"a":"x\ty"}', 8, 'a control character inside a string: write \\u0009'],
    ['{"a":"x\0"}', 8, 'a control character inside a string: write \\u0000'],
    ['{"a":"x\ny"}', 8, LINE_BREAK],
    ['{"a":"x\r\ny"}', 8, LINE_BREAK],
    ['{"a\u001f":1}', 4, 'a control character inside a string: write \\u001F'],
    ['{"a":"\\x41"}', 8, 'bad escape: "x" cannot follow "\\"'],
    ['{"a":"\\\n"}', 8, 'bad escape: U+000A cannot follow "\\"'],
    ['{"a":"\\u12G4"}', 11, BAD_HEX],
    ['{"a":"x\\u0000"}', 8, 'a NUL character (\\u0000), which no text column can hold'],
    ['{"a":"\\u000"}', 12, BAD_HEX],
    ['{"a":"\\ud"}', 10, BAD_HEX],
    ['{"a":"\\u123"}', 12, BAD_HEX],
    ['{"a":"\\ud83d"}', 7, LONE_HIGH],
    ['{"a":"é\\ud83dx"}', 8, LONE_HIGH],
    ['{"a":"\\ud83d\\n"}', 7, LONE_HIGH],
    ['{"a":"\\ud83d\\u0041"}', 7, LONE_HIGH],
    ['{"a":"\\ud83d\\ud83d"}', 7, LONE_HIGH],
    ['{"a":"\\uDBFF\\uE000"}', 7, LONE_HIGH],
    ['{"a":"\\ud83d\\uG"}', 15, BAD_HEX],
    ['{"a":"\\ud83d\\udG"}', 16, BAD_HEX],
    ['{"a":"\\udc00"}', 7, LONE_LOW],
    ['{"\\uDFFF":1}', 3, LONE_LOW],
    [textThen('{"a":"é', [0x80]), 8, 'invalid UTF-8: byte 0x80 begins no character'],
    [textThen('{"a":"é', [0xc0, 0x80]), 8, 'invalid UTF-8: byte 0xC0 begins no character'],
    [textThen('{"a":"é', [0xc1, 0xbf]), 8, 'invalid UTF-8: byte 0xC1 begins no character'],
    [textThen('{"a":"é', [0xf5, 0x80, 0x80, 0x80]), 8, 'invalid UTF-8: byte 0xF5 begins no character'],
    [textThen('{"a":"é', [0xff]), 8, 'invalid UTF-8: byte 0xFF begins no character'],
    [textThen('{"a":"é', [0xe0, 0x9f, 0xbf]), 8, 'invalid UTF-8: byte 0x9F cannot go on the character begun before it'],
    [textThen('{"a":"é', [0xed, 0xa0, 0x80]), 8, 'invalid UTF-8: byte 0xA0 cannot go on the character begun before it'],
    [
      textThen('{"a":"é', [0xf0, 0x8f, 0xbf, 0xbf]),
      8,
      'invalid UTF-8: byte 0x8F cannot go on the character begun before it',
    ],
    [
      textThen('{"a":"é', [0xf4, 0x90, 0x80, 0x80]),
      8,
      'invalid UTF-8: byte 0x90 cannot go on the character begun before it',
    ],
    [textThen('{"a":"é', [0xe2, 0x82]), 8, 'invalid UTF-8: """ cannot go on the character begun before it'],
    [textThen('{"a":"é', [0xc3], '\n"}'), 8, 'invalid UTF-8: U+000A cannot go on the character begun before it'],
    [textThen('{"é', [0xf0, 0x9f, 0x98], 'x":1}'), 4, 'invalid UTF-8: "x" cannot go on the character begun before it'],
  ])('%j', (source, column, reason) => {
    expect(placeOf(faultOf(() => frameBuffer(toBytes(source))))).toEqual({ line: 1, column, reason });
  });
});

describe('a file that ends inside a record is refused', () => {
  test.each([
    ['{', 1, 2, 1],
    ['{}\n{"a":\n1', 3, 2, 2],
    ['{}\n{"a":\n', 3, 1, 2],
    ['{"a":"\u{1f600}', 1, 8, 1],
    ['{}\n{"a":[{}]', 2, 10, 2],
  ])('%j', (text, line, column, recordLine) => {
    const reason = `the file ends inside the record that begins on line ${recordLine}`;
    expect(faultOf(() => frameBuffer(bytesOf(text)))).toMatchObject({ line, column, reason, recordLine });
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

describe('a fault', () => {
  const excerptOf = (text: string) => faultOf(() => frameBuffer(bytesOf(text))).excerpt;

  test('is an error whose message names line, column and reason', () => {
    const fault = faultOf(() => frameBuffer(bytesOf('{}\n{\n"a":nil}')));
    expect(fault).toBeInstanceOf(Error);
    expect(fault.message).toBe(
      'line 3, column 6: expected true, false or null, found "i" (the record begins on line 2)',
    );
    expect(fault).toMatchObject({ name: 'MalformedJson', line: 3, column: 6, recordLine: 2, excerpt: '"a":nil}' });
  });

  test('outside of records names its own line as that of the record', () => {
    expect(faultOf(() => frameBuffer(bytesOf('{}\n\n,')))).toMatchObject({ line: 3, recordLine: 3 });
  });

  test('shows its line and none of the next', () => {
    expect(excerptOf('{"a":1}\n{"b":01}\n{"c":1}')).toBe('{"b":01}');
  });

  test('shows control characters as pictures and what could turn a terminal as a replacement character', () => {
    expect(excerptOf('{"a":"\u202e\u0085é\u{1f600}",\t\u001b')).toBe('{"a":"\ufffd\ufffdé\u{1f600}",␉␛');
    expect(excerptOf('{"a":"x\n"}')).toBe('{"a":"x␊');
  });

  test('shows invalid UTF-8 as replacement characters', () => {
    expect(faultOf(() => frameBuffer(Uint8Array.from(textThen('{"a":"é', [0xe2, 0x82])))).excerpt).toBe(
      '{"a":"é\ufffd"}',
    );
  });

  test('cuts a long line around the place, in characters', () => {
    const many = (character: string) => character.repeat(1000);
    expect(excerptOf(`{"a":"${many('\u{1f600}')}",!"${many('é')}`)).toBe(
      `…${'\u{1f600}'.repeat(76)}",!"${'é'.repeat(38)}…`,
    );
    expect(excerptOf(`{!${many('é')}`)).toBe(`{!${'é'.repeat(116)}…`);
  });

  test('shows what earlier chunks held of its line', () => {
    const bytes = bytesOf(`{}\n{"a":"${'é'.repeat(500)}",!}`);
    const cuts = Array.from(bytes, (_, index) => index).slice(0, -2);
    expect(faultOf(() => frameCut(bytes, cuts, {})).excerpt).toBe(`…${'é'.repeat(76)}",!}`);
  });

  test('leaves the byte order mark out of columns and excerpt', () => {
    for (const cuts of [[], [1], [2], [1, 2, 3], [4]]) {
      const fault = faultOf(() => frameCut(bytesOf('\ufeff{"a":!}'), cuts, {}));
      expect(fault).toMatchObject({ line: 1, column: 6 });
      expect(fault.excerpt).toMatch(/^\{"a":!/);
    }
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
