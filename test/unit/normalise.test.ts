import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_RECORD_BYTES, RecordFramer, type RecordSink } from '../../src/objects/frame.ts';
import { kindOf } from '../../src/objects/frame-keys.ts';
import { normaliseRecord } from '../../src/objects/normalise.ts';
import { bytesOf } from './frame-support.ts';

const WANTED = { names: ['text', 'whole', 'real'], kinds: ['text', 'whole', 'any'] } as const;
const normalise = (record: string) => normaliseRecord(record, kindOf(WANTED));

describe('a record is written so that every engine takes it alike', () => {
  test.each([
    ['{}', '{}'],
    ['{ "text" : "a" , "real" : 1e3 }', '{"text":"a","real":1e3}'],
    ['{"text":1e3}', '{"text":"1e3"}'],
    ['{"TEXT":4.60,"other":4.60}', '{"TEXT":"4.60","other":4.60}'],
    ['{"text":true,"whole":null}', '{"text":"true","whole":null}'],
    ['{"text":{"b": [1, "}\\"]"]},"whole":1}', '{"text":"{\\"b\\": [1, \\"}\\\\\\"]\\"]}","whole":1}'],
    ['{"text":[],"\\u0077hole":2.00}', '{"text":"[]","\\u0077hole":2}'],
    ['{"whole":-0.0}', '{"whole":-0}'],
    ['{"whole":"3.0"}', '{"whole":"3.0"}'],
    ['{"whole":1e3}', '{"whole":"1e3"}'],
    ['{"whole":3.5}', '{"whole":"3.5"}'],
    ['{"whole":" \\t"}', '{"whole":" \\t"}'],
    ['{"whole":"\\u00a0"}', '{"whole":"\\u00a0"}'],
    ['{"whole":12345678901234567890}', '{"whole":12345678901234567890}'],
    ['{"a\\\\":"\\\\","text":0}', '{"a\\\\":"\\\\","text":"0"}'],
  ])('%s becomes %s', (record, expected) => {
    expect(normalise(record)).toBe(expected);
  });

  test('of the greatest size', () => {
    const text = `"${'\\"'.repeat(MAX_RECORD_BYTES / 4)}"`;
    expect(normalise(`{"text":${text},"whole":1.0}`)).toBe(`{"text":${text},"whole":1}`);
  });
});

const json = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.stringMatching(/^-?[0-9]{1,22}$/).map((digits) => digits.replace(/^(-?)0+(?=\d)/, '$1')),
  fc.constantFrom('1.0', '-0.0', '1e3', '""', '" "', '"12"', '"-7"', '"-"', '"1 "', 'null', 'true'),
);
const blank = fc.constantFrom('', '', ' ', ' \t ', ' '.repeat(100));
const records = fc
  .tuple(fc.array(fc.tuple(fc.constantFrom('text', 'Whole', 'real', 'x'), blank, json, blank), { maxLength: 5 }))
  .map(([members]) => members.filter(([key], index) => members.findIndex(([other]) => other === key) === index))
  .map((members) => `{${members.map(([key, before, value, after]) => `"${key}"${before}:${value}${after}`).join()}}`);

test('a record that is not called odd, however it is cut, is as it would be written', () => {
  fc.assert(
    fc.property(records, fc.array(fc.nat(), { maxLength: 4 }), (record, cuts) => {
      if (!isOdd(record, cuts)) {
        expect(JSON.parse(normalise(record))).toEqual(JSON.parse(record));
      }
    }),
    { numRuns: 2000 },
  );
});

test('what has been written is not changed again', () => {
  fc.assert(fc.property(records, (record) => expect(normalise(normalise(record))).toBe(normalise(record))));
});

test('records as they come by the million are not odd', () => {
  const usual = '{"text":"a","whole":1541105830796,"real":277.5}{"text":null,"whole":"39","real":null}{"whole":""}';
  fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 4 }), (cuts) => expect(isOdd(usual, cuts)).toBe(false)));
});

function isOdd(text: string, cuts: readonly number[]): boolean {
  let found = false;
  const sink: RecordSink = { segment: () => {}, endRecord: (_, odd) => (found ||= odd) };
  const framer = new RecordFramer({ wanted: WANTED, sink });
  const bytes = bytesOf(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [index, from] of places.slice(0, -1).entries()) framer.push(bytes.slice(from, places[index + 1]));
  framer.end();
  return found;
}
