import { describe, expect, test } from '@jest/globals';
import type { MalformedJson } from '../../src/records/frame.ts';
import { bytesOf, faultOf, frameBuffer, frameCut } from './frame-support.ts';

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

describe('a root that is no object is refused', () => {
  test.each<[Source, number, number, string]>([
    ['{}\n[{"a":1}]', 2, 1, 'an array after something else: an array of records must be the whole file'],
    ['{}\n\n  "x"', 3, 3, `${ROOT} a string: write one object per record`],
    ['-1', 1, 1, `${ROOT} a number: write one object per record`],
    ['7', 1, 1, `${ROOT} a number: write one object per record`],
    ['null', 1, 1, `${ROOT} a bare word: write one object per record`],
    ['{},\n{}', 1, 3, 'records are separated by white space, not by commas, unless the whole file is one array'],
    ['{}\n}', 2, 1, 'expected a record, which begins with "{", found "}"'],
    ['// note\n{}', 1, 1, 'JSON has no comments'],
    [[0xff, 0xfe, 0x7b, 0x00], 1, 1, 'this looks like UTF-16: a source file must be UTF-8'],
    [[0x1f, 0x8b, 0x08], 1, 1, 'this looks like gzip: the name of a compressed file ends in .gz'],
    ['{}\u00a0{}', 1, 3, 'a character beyond ASCII (byte 0xC2) outside a string'],
    ['{}\0', 1, 3, 'a control character (U+0000) outside a string'],
    ['{}\f', 1, 3, 'a control character (U+000C) outside a string'],
    ['\ufeff\ufeff{}', 1, 1, 'a character beyond ASCII (byte 0xEF) outside a string'],
    ['{}\ufeff{}', 1, 3, 'a character beyond ASCII (byte 0xEF) outside a string'],
    [[0xef, 0xbb], 1, 1, 'byte 0xEF outside a string, not part of a byte order mark'],
    [[0xef, 0x7b, 0x7d], 1, 1, 'byte 0xEF outside a string, not part of a byte order mark'],
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
    ["{'a':1}", 1, 2, 'strings and keys need double quotes'],
    ['{"a" 1}', 1, 6, 'expected ":" after the key, found "1"'],
    ['{"a":}', 1, 6, 'expected a value, found "}"'],
    ['{"a":]}', 1, 6, 'expected a value, found "]"'],
    ['{"a":[,1]}', 1, 7, 'expected a value or "]", found ","'],
    ['{"a":1 "b":2}', 1, 8, 'expected "," or "}", found """'],
    ['{"a":{"b":1]}', 1, 12, 'expected "," or "}", found "]"'],
    ['{"a":[1}', 1, 8, 'expected "," or "]", found "}"'],
    ['{"a":[1 2]}', 1, 9, 'expected "," or "]", found "2"'],
    ['{"a":NaN}', 1, 6, 'NaN and Infinity are not JSON values'],
    ['{"a":Infinity}', 1, 6, 'NaN and Infinity are not JSON values'],
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
    [textThen('{"a":"é', [0x80]), 8, 'invalid UTF-8: byte 0x80 cannot begin a character'],
    [textThen('{"a":"é', [0xc0, 0x80]), 8, 'invalid UTF-8: byte 0xC0 cannot begin a character'],
    [textThen('{"a":"é', [0xc1, 0xbf]), 8, 'invalid UTF-8: byte 0xC1 cannot begin a character'],
    [textThen('{"a":"é', [0xf5, 0x80, 0x80, 0x80]), 8, 'invalid UTF-8: byte 0xF5 cannot begin a character'],
    [textThen('{"a":"é', [0xff]), 8, 'invalid UTF-8: byte 0xFF cannot begin a character'],
    [textThen('{"a":"é', [0xe0, 0x9f, 0xbf]), 8, 'invalid UTF-8: byte 0x9F cannot continue the character before it'],
    [textThen('{"a":"é', [0xed, 0xa0, 0x80]), 8, 'invalid UTF-8: byte 0xA0 cannot continue the character before it'],
    [
      textThen('{"a":"é', [0xf0, 0x8f, 0xbf, 0xbf]),
      8,
      'invalid UTF-8: byte 0x8F cannot continue the character before it',
    ],
    [
      textThen('{"a":"é', [0xf4, 0x90, 0x80, 0x80]),
      8,
      'invalid UTF-8: byte 0x90 cannot continue the character before it',
    ],
    [textThen('{"a":"é', [0xe2, 0x82]), 8, 'invalid UTF-8: """ cannot continue the character before it'],
    [textThen('{"a":"é', [0xc3], '\n"}'), 8, 'invalid UTF-8: U+000A cannot continue the character before it'],
    [textThen('{"é', [0xf0, 0x9f, 0x98], 'x":1}'), 4, 'invalid UTF-8: "x" cannot continue the character before it'],
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
