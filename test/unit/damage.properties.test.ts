import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { MemoryStore } from '../../src/objects/memory.ts';
import { locate } from '../../src/objects/part.ts';
import { type SiftedFile, sift } from '../../src/objects/sift.ts';
import { Spool } from '../../src/objects/spool.ts';
import { type DamagedFile, type DamagedLine, damagedFiles } from '../support/damage.ts';
import { withFolder } from '../support/engines.ts';
import { recordIn, recordsInArray } from '../support/json-oracle.ts';
import { note } from '../support/notes.ts';
import { scale } from '../support/scale.ts';
import { bytesOf, frameCut, MistakeCollector, RecordCollector } from './frame-support.ts';

const WANTED = ['v', 'n'];
const BUDGET = { interruptAfterTimeLimit: scale.fuzzSeconds * 1000, markInterruptAsFailure: false };

/** What a file gives when it is read past its mistakes: its records and the lines that are kept out, or that it is broken. */
interface Outcome {
  readonly isBroken: boolean;
  readonly records: readonly { readonly line: number | undefined; readonly text: string }[];
  readonly keptOut: readonly (number | undefined)[];
}

/** The lines of a file that are not blank, with what they hold by an oracle that knows nothing of the framer. */
function linesOf(bytes: Buffer) {
  const isMarked = bytes.subarray(0, 3).equals(Buffer.from('\ufeff'));
  const text = bytes.subarray(isMarked ? 3 : 0).toString('latin1');
  return text.split('\n').flatMap((line, index) => {
    const raw = Buffer.from(line.replaceAll(/^[ \t\r]+|[ \t\r]+$/g, ''), 'latin1');
    const record = recordIn(raw, WANTED)?.replaceAll('\r', ' ');
    return raw.length === 0 ? [] : [{ line: index + 1, record, raw }];
  });
}

const withoutBlanks = (text: string) => text.replaceAll(/\s/g, '');

/** Whatever the bytes are: a file is broken, or one array of records, or every line that is not loaded is one error, or there is no mistake in it. */
function agreesWithLines(bytes: Buffer, { isBroken, records, keptOut }: Outcome): void {
  if (/^(?:\xef\xbb\xbf)?[ \t\r\n]*\[/.test(bytes.toString('latin1'))) {
    const elements = recordsInArray(bytes, WANTED);
    expect([isBroken, keptOut]).toEqual([elements === undefined, []]);
    if (!isBroken)
      expect(records.map(({ text }) => text)).toEqual(elements?.map((one) => one.replaceAll(/[\r\n]/g, ' ')));
  } else if (isBroken) {
    expect(linesOf(bytes).some(({ record }) => record === undefined)).toBe(true);
  } else if (keptOut.length === 0) {
    const all = withoutBlanks(records.map(({ text }) => text).join(''));
    expect(all).toBe(withoutBlanks(bytes.toString('utf8')));
  } else {
    const lines = linesOf(bytes);
    const good = lines.flatMap(({ line, record }) => (record === undefined ? [] : [{ line, text: record }]));
    expect(records).toEqual(good);
    expect(keptOut).toEqual(lines.flatMap(({ line, record }) => (record === undefined ? [line] : [])));
  }
}

/** A record whose bytes are all as they were is loaded, unless the file ends inside what it has become a part of. */
function losesNoWholeRecord({ lines }: DamagedFile, { isBroken, records, keptOut }: Outcome): void {
  if (isBroken || keptOut.length === 0) return;
  const texts = records.map(({ text: loaded }) => loaded);
  for (const { whole } of lines.slice(
    0,
    lines.findLastIndex(({ bytes }) => isInked(bytes)),
  )) {
    for (const written of whole) expect(texts).toContain(written);
  }
}

const isInked = (bytes: Buffer) => /[^ \t\r]/.test(bytes.toString('latin1'));

/** What is loaded of a file with a mistake in it was written by somebody: it is no piece of a record. */
function loadsOnlyWhatWasWritten(lines: readonly DamagedLine[], { isBroken, records, keptOut }: Outcome): void {
  if (!isBroken && keptOut.length > 0) {
    for (const { line, text } of records) {
      expect([text, lines[(line ?? 0) - 1]?.isWritten]).toEqual([text, true]);
    }
  }
}

async function siftOne(folder: string, bytes: Buffer, isGzip: boolean, chunkBytes: number): Promise<Outcome> {
  const store = new MemoryStore();
  store.chunkBytes = chunkBytes;
  store.files.set(isGzip ? 'memory://a.json.gz' : 'memory://a.json', isGzip ? gzipSync(bytes, { level: 1 }) : bytes);
  const objects = [];
  for await (const page of store.list([...store.files.keys()][0] as string)) objects.push(...page.objects);
  const spool = new Spool(folder, 'spool');
  const told: SiftedFile[] = [];
  try {
    const { parts, problems } = await sift(objects, {
      ...{ store, spool, signal: new AbortController().signal, prefix: 'p', wanted: { names: WANTED } },
      ...{ partBytes: 60, judge: () => undefined, wholeFiles: false, mostRejects: 1000 },
      onFile: (file) => told.push(file),
    });
    const records = parts.flatMap((part) => {
      const texts = readFileSync(part.path, 'utf8').split('\n').slice(0, -1);
      return texts.map((text, index) => ({ text, line: locate(part, index + 1)?.line }));
    });
    const [{ file, bad, rejects } = { file: undefined, bad: 0, rejects: [] }] = told;
    expect([file?.records, file?.rejected, bad]).toEqual([records.length + bad, rejects.length, rejects.length]);
    return { isBroken: problems.length > 0, records, keptOut: rejects.map(({ line }) => line) };
  } finally {
    spool.remove();
  }
}

const text = fc.oneof(
  fc.constantFrom('', 'x', '{}', '}{', '"', '\\', '[{', '\n', '{"v":1}', 'the "best" of', '\u2028', '😀', 'é', "it's"),
  fc.string({ maxLength: 4, unit: 'grapheme' }).filter((one) => !one.includes('\0')),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(0, 12, -1.5, 1e300, true, null),
    fc.dictionary(fc.constantFrom('v', 'n', 'userId', '}'), tie('value'), { maxKeys: 2 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));
const record = fc
  .tuple(fc.dictionary(fc.constantFrom('v', 'n', 'k', 'x"y'), value, { minKeys: 1, maxKeys: 3 }), fc.boolean())
  .map(([object, isSpaced]) =>
    isSpaced ? JSON.stringify(object, null, 1).replaceAll('\n', '') : JSON.stringify(object),
  );

test(
  'a damaged file loads only lines as they were written, and every other line is one error, or the file is broken',
  () =>
    withFolder(async (folder) => {
      const seen = { broken: 0, keptOut: 0, whole: 0 };
      const chunks = fc.constantFrom(1, 2, 7, 64, 1 << 20);
      await fc.assert(
        fc.asyncProperty(damagedFiles(record), fc.nat({ max: 7 }), chunks, async (file, gzip, chunkBytes) => {
          const outcome = await siftOne(folder, file.bytes, gzip === 0, chunkBytes);
          seen[outcome.isBroken ? 'broken' : outcome.keptOut.length > 0 ? 'keptOut' : 'whole'] += 1;
          agreesWithLines(file.bytes, outcome);
          loadsOnlyWhatWasWritten(file.lines, outcome);
          losesNoWholeRecord(file, outcome);
        }),
        { numRuns: Math.ceil(scale.damagedFiles / 2), ...BUDGET },
      );
      note('Figures', `damaged files: ${JSON.stringify(seen)}`);
      expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
    }),
  (scale.fuzzSeconds + 60) * 1000,
);

/** The same without files, parts and the rest of a load, so that much more is tried in the time. */
function frame(bytes: Buffer, cuts: readonly number[]): Outcome {
  const sink = new RecordCollector();
  const mistakes = new MistakeCollector();
  frameCut(bytes, cuts, { sink, wanted: { names: WANTED }, mistakes });
  const keptOut = mistakes.keptOut.map(({ recordLine }) => recordLine);
  return { isBroken: mistakes.broken.length > 0, records: sink.records, keptOut };
}

test(
  'a framer takes a damaged file for broken, or counts one error for each line that is no record',
  async () => {
    const cuts = fc.array(fc.nat(), { maxLength: 4 });
    await fc.assert(
      fc.property(damagedFiles(record), cuts, (file, places) => {
        const outcome = frame(file.bytes, places);
        agreesWithLines(file.bytes, outcome);
        loadsOnlyWhatWasWritten(file.lines, outcome);
        losesNoWholeRecord(file, outcome);
      }),
      { numRuns: scale.damagedFiles, ...BUDGET },
    );
  },
  (scale.fuzzSeconds + 60) * 1000,
);

const fragment = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '\0',
    '\ufeff',
    '\u2028',
    'é',
    '1',
    'x',
    'true',
  ],
  ...['{}', '{"v":1}', '{"v":{"v":2}}', '{"n":"', '"}', '{"v":', '{"v":[', ']}', '\\ud800', '\\u0000', '"n":1', '}\n{'],
  ...['{"n":1,"v":"a"}\n', '{"n":2}\n', '{"n":3}\r\n'],
);

test(
  'any bytes at all are a sequence of records, or lines of which each is a record or an error, or broken',
  async () => {
    const seen = { broken: 0, keptOut: 0, whole: 0 };
    await fc.assert(
      fc.property(fc.array(fragment, { maxLength: 14 }), fc.array(fc.nat(), { maxLength: 4 }), (fragments, cuts) => {
        const bytes = Buffer.from(bytesOf(fragments.join('')));
        const outcome = frame(bytes, cuts);
        seen[outcome.isBroken ? 'broken' : outcome.keptOut.length > 0 ? 'keptOut' : 'whole'] += 1;
        agreesWithLines(bytes, outcome);
      }),
      { numRuns: scale.anyBytes, ...BUDGET },
    );
    note('Figures', `any bytes: ${JSON.stringify(seen)}`);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  },
  (scale.fuzzSeconds + 60) * 1000,
);
