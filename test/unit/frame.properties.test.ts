import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MalformedJson, RecordFramer } from '../../src/records/frame.ts';
import type { FramedFile } from '../../src/records/framed.ts';
import { firstLevelKeys, holdsLoneSurrogate, objectIn, repeatsKey, wantedKey } from '../support/json-oracle.ts';
import { blanks, mutate, mutation, object } from '../support/written-json.ts';
import { bytesOf, frameBuffer, frameCut, RecordCollector } from './frame-support.ts';

const WANTED = ['ts', 'user_id', 'a'];
const RUNS = { numRuns: 1000 };

const record = object.filter((text) => !repeatsKey(text, WANTED));

const separator = fc.oneof({ arbitrary: fc.constant('\n'), weight: 3 }, blanks);
const file = fc
  .record({
    mark: fc.oneof({ arbitrary: fc.constant(''), weight: 4 }, fc.constant('\ufeff')),
    first: fc.oneof({ arbitrary: fc.constant(''), weight: 3 }, blanks),
    records: fc.array(fc.tuple(record, separator), { maxLength: 6 }),
  })
  .map(({ mark, first, records }) => ({ mark, first, records, text: mark + first + records.flat().join('') }));
const cuts = fc.array(fc.nat(), { maxLength: 8 });

function spellingsOf(texts: readonly string[]): Map<string, string[]> {
  const spellings = new Map<string, string[]>(WANTED.map((wanted) => [wanted, []]));
  for (const name of texts.flatMap(firstLevelKeys)) {
    const met = spellings.get(wantedKey(name, WANTED) ?? '');
    if (met?.includes(name) === false) met.push(name);
  }
  return spellings;
}

const linesIn = (text: string) => text.split('\n').length;

function expectedOf({ mark, first, records, text }: typeof file extends fc.Arbitrary<infer T> ? T : never) {
  let before = first;
  const lines: { from: number; to: number }[] = [];
  for (const [body, after] of records) {
    lines.push({ from: linesIn(before), to: linesIn(before + body) });
    before += body + after;
  }
  const standAlone = lines.every(({ from, to }, index) => from === to && from !== lines[index - 1]?.to);
  const texts = records.map(([body]) => body);
  const framed: FramedFile = {
    records: records.length,
    bytes: bytesOf(text).length,
    lines: linesIn(before) - (before === '' || before.endsWith('\n') ? 1 : 0),
    fitAsIs: mark === '' && standAlone && !texts.some((body) => body.includes('\r')),
    spellings: spellingsOf(texts),
  };
  return { framed, lines: lines.map(({ from }) => from), texts };
}

test('Records come out whole, each on one line, however they are written and cut into chunks', () => {
  fc.assert(
    fc.property(file, cuts, (source, places) => {
      const sink = new RecordCollector();
      const { framed, lines, texts } = expectedOf(source);
      expect(frameCut(bytesOf(source.text), places, { sink, wanted: { names: WANTED } })).toEqual(framed);
      expect(sink.records).toEqual(
        texts.map((text, index) => ({ text: text.replaceAll(/[\r\n]/g, ' '), line: lines[index] })),
      );
      expect(sink.records.map(({ text }) => JSON.parse(text))).toEqual(texts.map((text) => JSON.parse(text)));
    }),
    RUNS,
  );
});

test('Without wanted keys the records are the same', () => {
  fc.assert(
    fc.property(file, cuts, (source, places) => {
      const sink = new RecordCollector();
      const { framed, lines } = expectedOf(source);
      expect(frameCut(bytesOf(source.text), places, { sink })).toEqual({ ...framed, spellings: new Map() });
      expect(sink.records.map(({ line }) => line)).toEqual(lines);
    }),
    RUNS,
  );
});

function outcomeOf(frame: () => FramedFile): FramedFile | MalformedJson {
  try {
    return frame();
  } catch (error) {
    if (error instanceof MalformedJson) return error;
    throw error;
  }
}

/** Of the documented rules only this one lets pass what JSON.parse refuses: a file holds any number of records. */
function expectObjectsInSequence(bytes: Uint8Array, texts: readonly string[]): void {
  const bare = (text: string) => text.replaceAll(/\s/g, '');
  for (const text of texts) expect(objectIn(bytesOf(text))).toBeDefined();
  expect(texts.map(bare).join('')).toBe(bare(Buffer.from(bytes).toString()));
}

test('One byte more, less or other is accepted exactly when JSON.parse accepts it, the documented rules aside', () => {
  let accepted = 0;
  fc.assert(
    fc.property(object, mutation, (text, change) => {
      const bytes = mutate(bytesOf(text), change);
      const sink = new RecordCollector();
      const outcome = outcomeOf(() => frameBuffer(bytes, { sink, wanted: { names: WANTED } }));
      const parsed = objectIn(bytes);
      const isFine = parsed !== undefined && !holdsLoneSurrogate(parsed) && !repeatsKey(parsed, WANTED);
      const isRefused = outcome instanceof MalformedJson;
      accepted += isFine ? 1 : 0;
      if (!isRefused && outcome.records !== 1)
        expectObjectsInSequence(
          bytes,
          sink.records.map((part) => part.text),
        );
      else expect({ isFine: !isRefused, outcome }).toEqual({ isFine, outcome });
    }),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(400);
  expect(accepted).toBeLessThan(4600);
});

const damaged = fc
  .tuple(file, fc.array(mutation, { maxLength: 3 }))
  .map(([{ text }, mutations]) => mutations.reduce<Uint8Array>(mutate, bytesOf(text)));

test('Chunks cut anywhere give the same result or the same fault', () => {
  fc.assert(
    fc.property(damaged, cuts, (bytes, places) => {
      const tell = (outcome: FramedFile | MalformedJson) =>
        outcome instanceof MalformedJson ? { ...outcome, excerpt: undefined, message: outcome.message } : outcome;
      const whole = tell(outcomeOf(() => frameBuffer(bytes, { wanted: { names: WANTED } })));
      const everywhere = Array.from(bytes, (_, index) => index);
      for (const cut of [places, everywhere]) {
        expect(tell(outcomeOf(() => frameCut(bytes, cut, { wanted: { names: WANTED } })))).toEqual(whole);
      }
    }),
    RUNS,
  );
});

/** Where a character begins, counted by decoding. */
function offsetOf(bytes: Uint8Array, line: number, column: number): number {
  let lineStart = 0;
  for (let left = line - 1; left > 0; left -= 1) lineStart = bytes.indexOf(0x0a, lineStart) + 1;
  const isMarked = lineStart === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const first = isMarked ? 3 : lineStart;
  const decoded = (end: number) => Buffer.from(bytes.subarray(first, end)).toString();
  const rest = decoded(bytes.length);
  // Bytes that a file's end cuts off are one character too: of the ends that give as many characters, the last.
  let offset = bytes.length;
  while ([...decoded(offset)].length !== column - 1 || !rest.startsWith(decoded(offset))) offset -= 1;
  return offset;
}

test('What lies before the place of a fault is in order, and what lies behind it does not matter', () => {
  let faults = 0;
  fc.assert(
    fc.property(damaged, (bytes) => {
      const fault = outcomeOf(() => frameBuffer(bytes, { wanted: { names: WANTED } }));
      if (!(fault instanceof MalformedJson)) return;
      faults += 1;
      const offset = offsetOf(bytes, fault.line, fault.column);
      expect(() => new RecordFramer({ wanted: { names: WANTED } }).push(bytes.subarray(0, offset))).not.toThrow();
      if (fault.reason.startsWith('the file ends')) return expect(offset).toBe(bytes.length);
      // The longest look back is that of a wanted key written in escapes.
      const seen = Buffer.concat([bytes.subarray(0, offset + 50), Buffer.alloc(50, '}')]);
      return expect(outcomeOf(() => frameBuffer(seen, { wanted: { names: WANTED } }))).toMatchObject({
        message: fault.message,
      });
    }),
    RUNS,
  );
  expect(faults).toBeGreaterThan(200);
});
