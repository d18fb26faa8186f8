import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MalformedJson } from '../../src/objects/frame.ts';
import { bytesOf, frameCut, RecordCollector } from './frame-support.ts';

/** What a file gives when it is read past its mistakes: its records, and the mistakes' places. */
function readPast(text: string | Uint8Array, cuts: readonly number[] = []) {
  const sink = new RecordCollector();
  const mistakes: MalformedJson[] = [];
  const losses: number[] = [];
  const framed = frameCut(typeof text === 'string' ? bytesOf(text) : text, cuts, {
    sink,
    wanted: { names: ['ts'] },
    onMistake: (mistake) => mistakes.push(mistake),
    onLoss: (at) => losses.push(at),
  });
  return {
    records: sink.records.map((record) => [record.line, record.text]),
    mistakes: mistakes.map(({ recordLine, line, column }) => [recordLine, line, column]),
    counted: framed.records,
    losses,
  };
}

describe('a framer that reads past mistakes', () => {
  test.each([
    [
      'a bad line between good ones',
      '{"a":1}\n{"a":nope}\n{"a":3}',
      [
        [1, '{"a":1}'],
        [3, '{"a":3}'],
      ],
      [[2, 2, 7]],
    ],
    [
      'what follows on the same line',
      '{"a":1}\n{"a":] {"a":2}\n{"a":3}',
      [
        [1, '{"a":1}'],
        [3, '{"a":3}'],
      ],
      [[2, 2, 6]],
    ],
    [
      'good records before it on its line',
      '{"a":1} {"b":2} x\n{"a":3}',
      [
        [1, '{"a":1}'],
        [1, '{"b":2}'],
        [2, '{"a":3}'],
      ],
      [[1, 1, 17]],
    ],
    ['a brace that is missing', '{"a":1\n{"a":2}\n', [[2, '{"a":2}']], [[1, 2, 1]]],
    ['a quote that is missing', '{"a":"x\n{"a":2}', [[2, '{"a":2}']], [[1, 1, 8]]],
    ['a pretty-printed record', '{\n  "a": 1,,\n  "b": 2\n}\n  {"a":3}', [[5, '{"a":3}']], [[1, 2, 10]]],
    ['several in a row', 'x\ny\n\n{"a":1}', [[4, '{"a":1}']], [[1, 1, 1]]],
    [
      'two, with a record between',
      '{1}\n{"a":1}\n{2}\n',
      [[2, '{"a":1}']],
      [
        [1, 1, 2],
        [3, 3, 2],
      ],
    ],
    ['a key that comes twice', '{"ts":1,"ts":2}\n{"ts":3}', [[2, '{"ts":3}']], [[1, 1, 9]]],
    ['an end inside a record', '{"a":1}\n{"a":', [[1, '{"a":1}']], [[2, 2, 6]]],
    ['a file that is something else', '[{"a":1},{"a":2}]\r\n\t', [], [[1, 1, 1]]],
    ['blanks before the next record', '{"a" 1}\r\n \t{"a":2}', [[2, '{"a":2}']], [[1, 1, 6]]],
  ])('passes over %s', (_, text, records, mistakes) => {
    const read = readPast(text);
    expect(read.mistakes).toEqual(mistakes);
    expect(read.records).toEqual(records);
    expect(read.counted).toBe(records.length);
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
    '\ufeff',
    '{',
    '{"a":x}{"a":1}',
    '[{"a":1}, {"a":2}]',
  );
  test.each([
    ['{"a":x}{"a":2}\n{"a":3}', [1]],
    ['[{"a":1} ,\t{"a":2},{"a":3}]', [1, 1]],
    ['{"a":x}\n{"a":2}', []],
    ['\n{"a":x, "b":{}}x', []],
    ['{"a":1}{"a":x}', []],
  ])('tells what seems to be lost with a mistake: %s', (text, losses) => {
    expect(readPast(text).losses).toEqual(losses);
  });

  test('finds the same wherever its chunks are cut', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 6 }), (lines, cuts) => {
        const bytes = bytesOf(lines.join('\n'));
        expect(readPast(bytes, cuts)).toEqual(readPast(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  test('loses no record that stands on a line of its own, if what is bad begins with "{" and ends on its line', () => {
    const bad = fc.constantFrom('{"a":1]', '{x}', '{"a":tru}', '{"a":"x', '{"ts":1,"ts":2}', '{"a":1,}');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), bad), { maxLength: 8 }), (lines) => {
        const texts = lines.map(([isGood, text], index) => (isGood ? `{"n":${index}}` : text));
        const read = readPast(texts.join('\n'));
        const good = lines.flatMap(([isGood], index) => (isGood ? [index + 1] : []));
        expect(read.records.map(([at]) => at)).toEqual(good);
        expect(read.mistakes.map(([at]) => at)).toEqual(lines.flatMap(([isGood], at) => (isGood ? [] : [at + 1])));
      }),
    );
  });
});
