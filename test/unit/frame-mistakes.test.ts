import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOf, frameCut, MistakeCollector, RecordCollector } from './frame-support.ts';

/** What a file gives when it is read past its mistakes: its records, and what is told of the mistakes. */
function readPast(text: string | Uint8Array, cuts: readonly number[] = []) {
  const sink = new RecordCollector();
  const mistakes = new MistakeCollector();
  const bytes = typeof text === 'string' ? bytesOf(text) : text;
  const framed = frameCut(bytes, cuts, { sink, wanted: { names: ['ts'] }, mistakes });
  return {
    records: sink.records.map((record) => [record.line, record.text]),
    keptOut: mistakes.keptOut.map(({ recordLine, line, column }) => [recordLine, line, column]),
    broken: mistakes.broken.map(({ message }) => message),
    counted: framed.records,
  };
}

/** A good line, a line that is `text`, and a good line. */
const between = (text: string) => `{"a":1}\n${text}\n{"a":3}\n`;

describe('a framer that reads past mistakes', () => {
  test.each([
    ['a value that is none', '{"a":nope}', 7],
    ['a comma before a bracket', '{"a":[1,]}', 9],
    ['a trailing comma', '{"a":1,}', 8],
    ['a closing bracket of the wrong kind', '{"a":1]', 7],
    ['quotes inside a text', '{"a":"the "best" of"}', 12],
    ['single quotes', "{'a':1}", 2],
    ['a brace inside a text behind the mistake', '{"a":x,"b":"}{"}', 6],
    ['an escaped quote behind the mistake', '{"a":x,"b":"\\"}"}', 6],
    ['a bad escape', '{"a":"\\x"}', 8],
    ['a bad escape before a closing quote', '{"a":"\\u12"}', 11],
    ['a lone surrogate before an escaped quote', '{"a":"\\ud800\\""}', 7],
    ['a lone surrogate before the end of its text', '{"a":"\\ud800"}', 7],
    ['a control character in a text', '{"a":"\u0000"}', 7],
    ['a return in a text', '{"a":"x\ry"}', 8],
    ['a text that breaks off', '{"a":"x', 8],
    ['a text that breaks off before a return and a newline', '{"a":"x\r', 8],
    ['a text that breaks off in an escape', '{"a":"x\\', 9],
    ['a text that breaks off in a surrogate pair', '{"a":"x\\ud83d\\', 8],
    ['a key that breaks off', '{"a', 4],
    ['a key that comes twice', '{"ts":1,"ts":2}', 9],
    ['a key that comes twice, with braces behind', '{"ts":1,"ts":{"}":2}}', 9],
    ['blanks around the record', '\t {"a" 1} \r', 8],
    ['a line separator of Unicode between tokens', '{"a"\u2028:1}', 5],
    ['nesting without end', `{"a":${'['.repeat(600)}${']'.repeat(600)}}`, 517],
  ])('keeps out a record alone that is one line: %s', (_, line, column) => {
    expect(readPast(between(line))).toEqual({
      records: [
        [1, '{"a":1}'],
        [3, '{"a":3}'],
      ],
      keptOut: [[2, 2, column]],
      broken: [],
      counted: 2,
    });
    expect(readPast(line)).toMatchObject({ records: [], keptOut: [[1, 1, expect.any(Number)]], broken: [] });
  });

  test.each([
    ['the first line', '{"a":x}\n{"a":2}', [[2, '{"a":2}']], [[1, 1, 6]]],
    ['the first line, behind a byte order mark', '\ufeff{"a":x}\n{"a":2}', [[2, '{"a":2}']], [[1, 1, 6]]],
    [
      'several in a row',
      '{1}\r\n\r\n{2}\r\n{"a":1}',
      [[4, '{"a":1}']],
      [
        [1, 1, 2],
        [3, 3, 2],
      ],
    ],
    ['a record that the file ends inside of', '{"a":1}\n{"a":', [[1, '{"a":1}']], [[2, 2, 6]]],
    ['the same with its newline and blanks', '{"a":1}\n{"a":\r\n \n', [[1, '{"a":1}']], [[2, 4, 1]]],
  ])('keeps out %s', (_, text, records, keptOut) => {
    expect(readPast(text)).toMatchObject({ records, keptOut, broken: [] });
  });

  const NO_RECORD = 'the line does not begin with "{", so its records cannot be determined';
  const SPREAD = 'the record is not closed on the line on which it begins, so its end cannot be determined';
  const UNCLOSED =
    'its quotes and brackets do not close at the end of the line, so the end of the record cannot be determined';
  const GOES_ON = 'the line continues after the malformed record';
  test.each([
    ['a comma before the record', ',{"a":2}', 'records are separated by white space, not by commas', NO_RECORD, 1],
    ['a comma behind the record', '{"a":2},', 'records are separated by white space, not by commas', NO_RECORD, 8],
    ['a log prefix', 'INFO {"a":2}', 'a record must be a JSON object', NO_RECORD, 1],
    ['a number before the record', '12 {"a":2}', 'a record must be a JSON object', NO_RECORD, 1],
    ['what is no record', 'oops', 'a record must be a JSON object', NO_RECORD, 1],
    ['NULs before the record', '\0\0{"a":2}', 'a control character', NO_RECORD, 1],
    ['a byte order mark in the middle', '\ufeff{"a":2}', 'a character beyond ASCII', NO_RECORD, 1],
    [
      'a record and a malformed one',
      '{"a":2}{"a":x}',
      'expected a value',
      'the record on line 2 is not on a separate line',
      13,
    ],
    ['a malformed record and another', '{"a":x}{"a":2}', 'expected a value', GOES_ON, 6],
    ['a text that swallows a record', '{"a":"x{"a":2}', 'expected "," or "}"', UNCLOSED, 10],
    ['a record inside another', '{"a":1{"a":2}', 'expected "," or "}"', UNCLOSED, 7],
    ['a text that swallows a record with quotes in it', '{"a":"\\{"b\\"c":2}', 'bad escape', UNCLOSED, 8],
    ['an opening quote too many', '{"a":1"}', 'expected "," or "}"', UNCLOSED, 7],
    ['a bracket too many inside', '{"a":[1]]}', 'expected "," or "}"', GOES_ON, 9],
    ['a word that breaks off', '{"a":tr', 'the line ends inside a number or a word', UNCLOSED, 8],
  ])('takes a file for broken that holds %s', (_, line, reason, why, column) => {
    const read = readPast(between(line));
    expect(read.keptOut).toEqual([]);
    expect(read.broken).toEqual([expect.stringContaining(`line 2, column ${column}: ${reason}`)]);
    expect(read.broken).toEqual([expect.stringContaining(why)]);
    expect(read.records.every(([, text]) => text === '{"a":1}' || text === '{"a":2}')).toBe(true);
    // Where the file begins a byte order mark may stand, and where it ends a record may break off.
    if (!line.startsWith('\ufeff') && !line.endsWith('tr')) expect(readPast(line).broken).toHaveLength(1);
  });

  test.each([
    ['a pretty-printed record', '{\n  "a": 1,,\n  "b": 2\n}\n{"a":3}', 2, 10, 1],
    ['a line that breaks off before a value', '{"a":\n{"a":2}\n{"a":3}', 3, 1, 1],
    ['a line that breaks off behind a value', '{"a":1\n{"a":2}\n', 2, 1, 1],
    ['a record with another in it on a line of its own', '{"a":[\n{"ts":2}\n],oops}\n{"a":3}', 3, 3, 1],
    ['such a record that the file ends inside of', '{"a":1}\n{"a":\n{"a":2}\n', 4, 1, 2],
  ])('takes a file for broken with %s, and names the line where that begins', (_, text, line, column, recordLine) => {
    const read = readPast(text);
    expect(read.keptOut).toEqual([]);
    expect(read.broken).toEqual([expect.stringContaining(`line ${line}, column ${column}: `)]);
    expect(read.broken).toEqual([expect.stringMatching(`record (?:that )?begins on line ${recordLine}\\b`)]);
    expect(read.broken).toEqual([expect.stringContaining(SPREAD)]);
  });

  test.each([
    ['two records on a line', '{"a":1}{"b":1}', 3],
    ['a record on two lines', '{"a":1,\n"b":1}', 3],
    ['a record on two lines behind the mistake', '{"a":x}\n\n{"a":1,\n"b":1}\n{"a":3}', 1],
    ['two records on a line behind the mistake', '{"a":x}\n\n{"a":1} {"a":2}', 1],
  ])('takes a file for broken that has a mistake and %s', (_, text, strayLine) => {
    const read = readPast(strayLine === 3 ? `{}\n\n${text}\n\n{"a":x}` : text);
    expect(read.broken).toEqual([
      expect.stringMatching(
        /column 6: expected a value, found "x"; the record on line 3 is not on a separate line, so lines do not separate/,
      ),
    ]);
  });

  test('reads nothing of a broken file beyond its first mistake, and the next file from its beginning', () => {
    const read = readPast(`]\n{"a":1}\n{"a":x}\n${'{"a":2}\n'.repeat(100)}`);
    expect(read).toMatchObject({ records: [], keptOut: [], counted: 0, broken: [expect.any(String)] });
  });

  const line = fc.constantFrom(
    '{"a":1}',
    '{"ts":"é"}',
    ' {"a":[{}]} ',
    '',
    '{"a":1',
    '{"ts":1,"ts":2}',
    '"',
    '}',
    '{"a":\u0001}',
    '{"a":"\\ud800"}',
    '{"a":"\\ud800\\"}',
    '{"a":"x\r',
    '{"é":"é',
    '\ufeff',
    '{',
    '{"a":x}{"a":1}',
    '[{"a":1}, {"a":2}]',
  );
  test('finds the same wherever its chunks are cut', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 6 }), (lines, cuts) => {
        const bytes = bytesOf(lines.join('\n'));
        const everywhere = Array.from(bytes, (_, index) => index);
        for (const places of [cuts, everywhere]) expect(readPast(bytes, places)).toEqual(readPast(bytes));
      }),
      { numRuns: 1000 },
    );
  });
});
