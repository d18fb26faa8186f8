import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MalformedJson } from '../../src/records/frame.ts';
import { recordsInArray, repeatsKey } from '../support/json-oracle.ts';
import { between, blanks, mutate, mutation, object } from '../support/written-json.ts';
import { bytesOf, faultOf, frameBuffer, frameCut, MistakeCollector, RecordCollector } from './frame-support.ts';

const WANTED = ['ts', 'user_id', 'a'];

/** The texts of the records, and the lines on which they begin. */
function recordsOf(text: string): readonly { text: string; line: number }[] {
  const sink = new RecordCollector();
  frameBuffer(bytesOf(text), { sink });
  return sink.records;
}

describe('a file that is one array', () => {
  test.each<[string, readonly (readonly [text: string, line: number])[]]>([
    ['[]', []],
    [' \n\t[\r\n ] \n', []],
    ['\ufeff[{}]', [['{}', 1]]],
    [
      '[{"a":[{},[1]]} ,\n\n{"b":{}}\n,{}]\n',
      [
        ['{"a":[{},[1]]}', 1],
        ['{"b":{}}', 3],
        ['{}', 4],
      ],
    ],
    [
      '\n[\n  {\n"a": 1\n},\r\n{"a":2}]',
      [
        ['{ "a": 1 }', 3],
        ['{"a":2}', 6],
      ],
    ],
  ])('%j holds the records that are its elements', (text, records) => {
    expect(recordsOf(text).map((record) => [record.text, record.line])).toEqual(records);
  });

  test('is never passed on as it is, and says nothing about the next file', () => {
    const sink = new RecordCollector();
    expect(frameBuffer(bytesOf('[\n{}\n]'), { sink })).toMatchObject({ records: 1, lines: 3, fitAsIs: false });
    expect(frameBuffer(bytesOf('[]'))).toMatchObject({ records: 0, lines: 1, fitAsIs: false });
    expect(frameBuffer(bytesOf('{}'))).toMatchObject({ records: 1, fitAsIs: true });
  });

  test.each<[string, number, number, string]>([
    ['[1]', 1, 2, 'each element of the array must be a JSON object, but this one is a number'],
    ['[{},\n  "x"]', 2, 3, 'each element of the array must be a JSON object, but this one is a string'],
    ['[{}, null]', 1, 6, 'each element of the array must be a JSON object, but this one is a bare word'],
    ['[[{}]]', 1, 2, 'each element of the array must be a JSON object, but this one is an array'],
    ['[,{}]', 1, 2, 'expected an object or "]", found ","'],
    ['[{},,{}]', 1, 5, 'expected an object, found ","'],
    ['[{},\n]', 2, 1, 'a comma before "]"'],
    ['[{}\n{}]', 2, 1, 'expected "," or "]" after an element of the array, found "{"'],
    ['[{}}]', 1, 4, 'expected "," or "]" after an element of the array, found "}"'],
    ['[{"a":1,}]', 1, 9, 'a comma before "}"'],
    ['[\n{\n"a":x}]', 3, 5, 'expected a value, found "x" (the record begins on line 2)'],
    ['[{}]\n[{}]', 2, 1, 'a file that is one array ends with its "]", found "[" behind it'],
    ['[{}]{}', 1, 5, 'a file that is one array ends with its "]", found "{" behind it'],
    ['[{}],', 1, 5, 'a file that is one array ends with its "]", found "," behind it'],
    ['[{}] // done', 1, 6, 'JSON has no comments'],
    ['[{}]\0', 1, 5, 'a control character (U+0000) outside a string'],
    ['{}\n[{}]', 2, 1, 'an array after something else: an array of records must be the whole file'],
    ['\n[', 2, 2, 'the file ends inside the array that begins on line 2: its "]" is missing'],
    ['[{}', 1, 4, 'the file ends inside the array that begins on line 1: its "]" is missing'],
    ['[{},\n', 2, 1, 'the file ends inside the array that begins on line 1: its "]" is missing'],
    ['[{},\n{"a"', 2, 5, 'the file ends inside the record that begins on line 2'],
  ])('is refused as %j', (text, line, column, reason) => {
    expect(faultOf(() => frameBuffer(bytesOf(text)))).toMatchObject({ line, column, reason });
    const [mistakes, sink] = [new MistakeCollector(), new RecordCollector()];
    frameBuffer(bytesOf(text), { mistakes, sink });
    expect(mistakes.keptOut).toEqual([]);
    const why = text.startsWith('{')
      ? 'the line does not begin with "{"'
      : 'the file is one array, which cannot be divided';
    expect(mistakes.broken).toMatchObject([{ line, column, reason: expect.stringContaining(`${reason}; ${why}`) }]);
  });

  test('that is broken loses nothing of the next one', () => {
    const mistakes = new MistakeCollector();
    const sink = new RecordCollector();
    const files = ['[{"a":1},{]', '[{"a":2}]', '{"a":3}\n{"a":x}\n{"a":4}'];
    for (const text of files) frameBuffer(bytesOf(text), { mistakes, sink });
    expect([mistakes.broken.length, mistakes.keptOut.length]).toEqual([1, 1]);
    expect(sink.records.map(({ text }) => text)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}']);
  });
});

const record = object.filter((text) => !repeatsKey(text, WANTED));
const array = fc
  .record({
    mark: fc.oneof({ arbitrary: fc.constant(''), weight: 4 }, fc.constant('\ufeff')),
    records: fc.array(record, { maxLength: 6 }),
    blanks: fc.array(blanks, { minLength: 16, maxLength: 16 }),
  })
  .map(({ mark, records, blanks: white }) => {
    let [text, at] = [`${mark}${white[0]}[`, 1];
    const lines: number[] = [];
    for (const [index, body] of records.entries()) {
      text += `${index === 0 ? '' : ','}${white[at++]}`;
      lines.push(text.split('\n').length);
      text += body + white[at++];
    }
    return { text: `${text}${white[at++]}]${white[at]}`, records, lines };
  });
const cuts = fc.array(fc.nat(), { maxLength: 8 });

test('The elements of an array come out whole, each on one line, however they are written and cut into chunks', () => {
  fc.assert(
    fc.property(array, cuts, ({ text, records, lines }, places) => {
      const sink = new RecordCollector();
      const bytes = bytesOf(text);
      expect(frameCut(bytes, places, { sink, wanted: { names: WANTED } })).toMatchObject({
        records: records.length,
        bytes: bytes.length,
        fitAsIs: false,
      });
      const flat = records.map((body) => body.replaceAll(/[\r\n]/g, ' '));
      expect(sink.records).toEqual(flat.map((body, index) => ({ text: body, line: lines[index] })));
      expect(sink.records.map((one) => JSON.parse(one.text))).toEqual(JSON.parse(text.replace('\ufeff', '')));
    }),
    { numRuns: 1000 },
  );
});

const damaged = fc.tuple(array, mutation).map(([{ text }, change]) => mutate(bytesOf(text), change));

test('An array with one byte more, less or other is accepted exactly when JSON.parse accepts it, the documented rules aside', () => {
  let [accepted, refused] = [0, 0];
  fc.assert(
    fc.property(damaged, cuts, (bytes, places) => {
      // What does not begin as an array any more is a sequence of objects, which JSON.parse does not know.
      fc.pre(/^\ufeff?\s*\[/.test(Buffer.from(bytes).toString()));
      const sink = new RecordCollector();
      const mistakes = new MistakeCollector();
      frameCut(bytes, places, { sink, mistakes, wanted: { names: WANTED } });
      const expected = recordsInArray(bytes, WANTED);
      expect(mistakes.keptOut).toEqual([]);
      expect(mistakes.broken.length).toBe(expected === undefined ? 1 : 0);
      if (expected === undefined) {
        refused += 1;
        expect(() => frameCut(bytes, places, { wanted: { names: WANTED } })).toThrow(MalformedJson);
      } else {
        accepted += 1;
        const texts = sink.records.map(({ text }) => text);
        expect(texts).toEqual(expected.map((text) => text.replaceAll(/[\r\n]/g, ' ')));
      }
    }),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(400);
  expect(refused).toBeGreaterThan(400);
});

test('White space around an array of any text is nothing to it', () => {
  fc.assert(
    fc.property(between(fc.constant('[{"a":1},{"a":2}]')), cuts, (text, places) => {
      const sink = new RecordCollector();
      frameCut(bytesOf(text), places, { sink });
      expect(sink.records.map((one) => one.text)).toEqual(['{"a":1}', '{"a":2}']);
    }),
    { numRuns: 200 },
  );
});
