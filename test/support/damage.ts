import * as fc from 'fast-check';

/** A byte of a damaged file, and what it was before. */
interface Trace {
  readonly byte: number;
  /** The record it belongs to; a line break belongs to the record before it. */
  readonly record: number;
  /** Whether it is the first byte of a record, the last one, or a line break that was there before. */
  readonly place: 'first' | 'last' | 'break' | undefined;
}

/** A line of a damaged file, without its line break. */
export interface DamagedLine {
  readonly bytes: Buffer;
  /** False for a piece of a record that damage has put on a line of its own: nobody wrote it. */
  readonly isWritten: boolean;
  /** The records that it begins or ends with, and of which no byte has changed. */
  readonly whole: readonly string[];
}

/** A file of one record a line, damaged. */
export interface DamagedFile {
  readonly records: readonly string[];
  readonly bytes: Buffer;
  readonly lines: readonly DamagedLine[];
}

/** A way to damage a file; places are taken modulo its length. */
type Damage =
  | { readonly kind: 'replace'; readonly at: number; readonly byte: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: readonly number[] }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'cut'; readonly at: number; readonly withBreak: boolean }
  | { readonly kind: 'join'; readonly at: number }
  | { readonly kind: 'prefix'; readonly at: number; readonly bytes: readonly number[] }
  | { readonly kind: 'truncate'; readonly at: number };

/**
 * With three changes a record can be cut so that the pieces look like records in every respect, and nobody could tell; so
 * each suffers two at most.
 */
const MOST_DAMAGES_OF_A_RECORD = 2;

const NEWLINE = 0x0a;
const BLANKS = Buffer.from(' \t\r');
const MARK = Buffer.from('\ufeff');
const at = fc.nat();
const byte = fc.oneof(
  fc.constantFrom(...Buffer.from('"\\{}[]:,\n\n\r \t\0-0eu/')),
  fc.constantFrom(0x1f, 0x7f, 0x80, 0xc3, 0xe2, 0xed, 0xef, 0xf0, 0xff),
  fc.nat({ max: 255 }),
);
const prefix = fc
  .constantFrom(',', 'INFO ', '12 ', '2018-11-01T21:01:46Z ', '\0\0\0\0', '\ufeff', '\u2028', '[', 'x', '\t ', 'null')
  .map((text) => [...Buffer.from(text)]);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('replace' as const), at, byte }),
  fc.record({ kind: fc.constant('insert' as const), at, bytes: byte.map((one) => [one]) }),
  fc.record({ kind: fc.constant('insert' as const), at, bytes: prefix }),
  fc.record({ kind: fc.constant('remove' as const), at, length: fc.constantFrom(1, 1, 1, 2, 5, 20, 100) }),
  fc.record({ kind: fc.constant('cut' as const), at, withBreak: fc.boolean() }),
  fc.record({ kind: fc.constant('join' as const), at }),
  fc.record({ kind: fc.constant('prefix' as const), at, bytes: prefix }),
  fc.record({ kind: fc.constant('truncate' as const), at }),
);

/** Files of such records, one a line, which are damaged a little. */
export function damagedFiles(record: fc.Arbitrary<string>, most = 8): fc.Arbitrary<DamagedFile> {
  return fc
    .record({
      records: fc.array(record, { minLength: 1, maxLength: most }),
      lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\n\n'),
      endsWithBreak: fc.boolean(),
      isMarked: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
      damages: fc.array(damage, { maxLength: 4 }),
    })
    .map(({ records, lineEnd, endsWithBreak, isMarked, damages }) => {
      const whole = records.flatMap((text, index) => {
        const isLast = index === records.length - 1;
        return traced(text, index, isLast && !endsWithBreak ? '' : lineEnd);
      });
      const mark = isMarked ? [...MARK].map((one) => ({ byte: one, record: -1, place: undefined })) : [];
      return describe(records, damaged([...mark, ...whole], damages));
    });
}

function traced(text: string, record: number, lineEnd: string): Trace[] {
  const bytes = [...Buffer.from(text)];
  const places = bytes.map((_, index) => (index === 0 ? 'first' : index === bytes.length - 1 ? 'last' : undefined));
  return [
    ...bytes.map((one, index) => ({ byte: one, record, place: places[index] })),
    ...[...Buffer.from(lineEnd)].map((one) => ({ byte: one, record, place: one === NEWLINE ? 'break' : undefined })),
  ] as Trace[];
}

function damaged(whole: readonly Trace[], damages: readonly Damage[]): readonly Trace[] {
  const suffered = new Map<number, number>();
  return damages.reduce((file, one) => {
    const { from, to, bytes } = changeOf(file, one);
    const touched = new Set([...file.slice(from, to), ...file.slice(from, from + 1)].map(({ record }) => record));
    if ([...touched].some((record) => (suffered.get(record) ?? 0) >= MOST_DAMAGES_OF_A_RECORD)) {
      return file;
    }
    for (const record of touched) suffered.set(record, (suffered.get(record) ?? 0) + 1);
    const record = file[from]?.record ?? file.at(-1)?.record ?? 0;
    return [
      ...file.slice(0, from),
      ...bytes.map((one) => ({ byte: one, record, place: undefined })),
      ...file.slice(to),
    ];
  }, whole);
}

/** The bytes that take the place of those in [from, to). */
function changeOf(file: readonly Trace[], one: Damage): { from: number; to: number; bytes: readonly number[] } {
  const from = one.at % (file.length + 1);
  const lineEnd = file.findIndex((trace, index) => index >= from && trace.byte === NEWLINE);
  const end = lineEnd === -1 ? file.length : lineEnd;
  const lineStart = file.findLastIndex((trace, index) => index < from && trace.byte === NEWLINE) + 1;
  switch (one.kind) {
    case 'replace':
      return { from, to: from + 1, bytes: [one.byte] };
    case 'insert':
      return { from, to: from, bytes: one.bytes };
    case 'remove':
      return { from, to: Math.min(from + one.length, file.length), bytes: [] };
    case 'cut':
      return { from, to: one.withBreak ? end + 1 : end, bytes: [] };
    case 'join':
      return { from: end, to: end + 1, bytes: [] };
    case 'prefix':
      return { from: lineStart, to: lineStart, bytes: one.bytes };
    default:
      return { from, to: file.length, bytes: [] };
  }
}

function describe(records: readonly string[], file: readonly Trace[]): DamagedFile {
  const lines: DamagedLine[] = [];
  let before: Trace | undefined;
  for (let from = 0; from <= file.length; ) {
    const found = file.findIndex(({ byte: one }, index) => index >= from && one === NEWLINE);
    const end = found === -1 ? file.length : found;
    lines.push(describeLine(records, before, file.slice(from, end), file[end]));
    before = file[end];
    from = end + 1;
  }
  return { records, bytes: Buffer.from(file.map((one) => one.byte)), lines };
}

/** A line is written where it begins and ends as a record did, or with a line break that was there before. */
function describeLine(
  records: readonly string[],
  before: Trace | undefined,
  line: readonly Trace[],
  after: Trace | undefined,
): DamagedLine {
  const bytes = Buffer.from(line.map((one) => one.byte));
  const inked = line.filter(({ byte: one }) => !BLANKS.includes(one));
  const begins = before === undefined || before.place === 'break' || inked.at(0)?.place === 'first';
  const ends = after === undefined || after.place === 'break' || inked.at(-1)?.place === 'last';
  const text = bytes.toString('utf8').trim();
  const whole = [inked.at(0), inked.at(-1)].flatMap((trace) => records[trace?.record ?? -1] ?? []);
  return {
    bytes,
    isWritten: (begins && ends) || records.includes(text),
    whole: whole.filter((record) => text.startsWith(record) || text.endsWith(record)),
  };
}
