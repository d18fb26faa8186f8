import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_RECORD_BYTES, RecordFramer } from '../../src/records/frame.ts';
import { kindOf } from '../../src/records/frame-keys.ts';
import type { RecordSink } from '../../src/records/framed.ts';
import { normaliseRecord, UnfitRecord } from '../../src/records/normalise.ts';
import { bytesOf } from './frame-support.ts';

const WANTED = { names: ['text', 'whole', 'real'], kinds: ['text', 'whole', 'real'] } as const;
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
    ['{"whole":"+007"}', '{"whole":"7"}'],
    ['{"real":-12.5e-300}', '{"real":-12.5e-300}'],
    ['{"real":" "}', '{"real":" "}'],
    ['{"real":-0}', '{"real":-0.0}'],
    ['{"real":"-0"}', '{"real":"-0"}'],
    ['{"real":-0e0}', '{"real":-0e0}'],
    ['{"whole":1e3}', '{"whole":"1e3"}'],
    ['{"whole":3.5}', '{"whole":"3.5"}'],
    ['{"whole":" \\t"}', '{"whole":" \\t"}'],
    ['{"whole":"\\u00a0"}', '{"whole":"\\u00a0"}'],
    ['{"whole":12345678901234567890}', '{"whole":12345678901234567890}'],
    ['{"a\\\\":"\\\\","text":0}', '{"a\\\\":"\\\\","text":"0"}'],
  ])('%s becomes %s', (record, expected) => {
    expect(normalise(record)).toBe(expected);
  });

  test.each(['1e-400', '1e400', '4.9e-324', '"NaN"', '" 1"', 'true', '[]'])(
    'but not one whose double is %s',
    (json) => {
      expect(() => normalise(`{"real":${json}}`)).toThrow(UnfitRecord);
    },
  );

  test('of the greatest size', () => {
    const text = `"${'\\"'.repeat(MAX_RECORD_BYTES / 4)}"`;
    expect(normalise(`{"text":${text},"whole":1.0}`)).toBe(`{"text":${text},"whole":1}`);
  });
});

const json = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.stringMatching(/^-?[0-9]{1,22}$/).map((digits) => digits.replace(/^(-?)0+(?=\d)/, '$1')),
  fc.constantFrom('1e400', '1e-400', '12.5E300', '1e99', '"1e-9"', '"1 "', '" 1"', '"0x1"', `0.${'1'.repeat(70)}`),
  fc.constantFrom('1.0', '-0.0', '-0', '1e3', '""', '" "', '"12"', '"-7"', '"-"', '"1 "', 'null', 'true'),
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
        expect(valuesOf(written(record) ?? withoutReal(record))).toEqual(valuesOf(record));
      }
    }),
    { numRuns: 2000 },
  );
});

/** The record as it would be written; undefined when it would not. */
function written(record: string): string | undefined {
  try {
    return normalise(record);
  } catch (error) {
    expect(error).toBeInstanceOf(UnfitRecord);
    return undefined;
  }
}

/** A double that is not called odd and yet unfit has the characters of a number, and is none that any engine would take. */
function withoutReal(record: string): string {
  const { real } = JSON.parse(record);
  expect(real).toMatch(/^[-+.\deE]+$/);
  expect(Number(real)).toBeNaN();
  return record;
}

/** Zeros in front of a whole number in a string do not matter. */
function valuesOf(record: string): unknown {
  return JSON.parse(record, (key, value) =>
    key.toLowerCase() === 'whole' && typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value,
  );
}

test('what has been written is not changed again', () => {
  fc.assert(
    fc.property(records, (record) => {
      const once = written(record);
      if (once !== undefined) expect(normalise(once)).toBe(once);
    }),
  );
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
