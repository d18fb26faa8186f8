import * as fc from 'fast-check';
import { correspondencesOf } from './correspondences.ts';
import type { SourceRecord } from './records.ts';
import type { SourceSample } from './sample.ts';

/** A file of a source, with its records in order. */
export interface HistoryFile {
  /** The name of the source, such as ORDERS. */
  readonly source: string;
  readonly name: string;
  readonly records: readonly SourceRecord[];
}

/** The files that are new or changed before each load. */
export type History = readonly (readonly HistoryFile[])[];

/** How many records of a source a history is made from. They are few, so that their keys meet. */
const POOL = 5;
/** Takes numbers below a thousand to places all over a sample. */
const SPREAD = 7919;

/** How a record differs from one of the sample; the numbers choose from lists of any length. */
type Twist =
  | { readonly kind: 'none' }
  | { readonly kind: 'content' | 'joined'; readonly other: number }
  | { readonly kind: 'field'; readonly other: number; readonly column: number }
  | { readonly kind: 'null'; readonly column: number };

const AS_IT_IS: Twist = { kind: 'none' };
const number = fc.nat(999);
const twist: fc.Arbitrary<Twist> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(AS_IT_IS) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('content' as const), other: number }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('field' as const), other: number, column: number }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('joined' as const), other: number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('null' as const), column: number }) },
);
const record = fc.record({ pick: fc.nat(POOL - 1), twist });

/** Two records that are joined part: that to which the other is joined changes later, and nothing else does. */
interface Parting {
  readonly isMade: boolean;
  readonly link: number;
  readonly pick: number;
  readonly other: number;
  readonly change: Twist;
}

const parting: fc.Arbitrary<Parting> = fc.record({
  isMade: fc.nat(2).map((one) => one === 0),
  link: number,
  pick: fc.nat(POOL - 1),
  other: fc.nat(POOL - 1),
  change: fc.oneof(
    fc.record({ kind: fc.constant('content' as const), other: number }),
    fc.record({ kind: fc.constant('field' as const), other: number, column: number }),
  ),
});

/**
 * Histories over samples: loads of new, changed and repeated files whose records share keys. Some records are those of the
 * sample; some have the key of one and values of another, so that they are versions of it; some have values that join
 * them to a record of another source. In a third of the histories, a record to which another is joined changes at the end.
 */
export function historiesOf(samples: readonly SourceSample[]): fc.Arbitrary<History> {
  const file = fc.record({
    source: fc.nat(samples.length - 1),
    name: fc.nat(2),
    records: fc.array(record, { minLength: 1, maxLength: 4 }),
  });
  const files = fc.uniqueArray(file, {
    minLength: 1,
    maxLength: 3,
    selector: ({ source, name }) => `${source} ${name}`,
  });
  const loads = fc.array(files, { minLength: 1, maxLength: 4 });
  const makers = samples.map((_, at) => recordMaker(samples, at));
  const partings = partingsOf(samples, makers);
  return fc.record({ start: fc.nat(99_999), loads, parting }).map(({ start, loads, parting }) => {
    const history = loads.map((load) =>
      load.map(({ source, name, records }) => ({
        source: nameOf(samples[source]),
        name: `${name}.json`,
        records: records.map(({ pick, twist }) => makers[source]?.(start, pick, twist) ?? {}),
      })),
    );
    const last = partings(start, parting);
    return last === undefined ? history : [...history.slice(0, BEFORE_PARTING), ...last];
  });
}

/** How many loads there are before two records part, so that such a history takes no longer. */
const BEFORE_PARTING = 2;

/** Returns a function that makes the last loads of a history in which two records part; undefined for other histories. */
function partingsOf(samples: readonly SourceSample[], makers: readonly RecordMaker[]) {
  const links = samples.flatMap((_, from) => correspondencesOf(samples, from).map((join) => ({ from, ...join })));
  return (start: number, { isMade, link, pick, other, change }: Parting): History | undefined => {
    if (!isMade || links.length === 0) return undefined;
    const { from, to, join } = chosen(links, link);
    const file = (at: number, name: string, record: SourceRecord = {}): HistoryFile => ({
      source: nameOf(samples[at]),
      name,
      records: [record],
    });
    const joined = join(makers[from]?.(start, pick, AS_IT_IS) ?? {}, start + other);
    const together = [file(from, 'joined.json', joined), file(to, 'joined.json', makers[to]?.(start, other, AS_IT_IS))];
    return [together, [file(to, 'changed.json', makers[to]?.(start, other, change))]];
  };
}

function nameOf(sample: SourceSample | undefined): string {
  return sample?.source.table.source ?? '';
}

/** Makes a record from one of the sample, which is `pick` records behind the start. */
type RecordMaker = (start: number, pick: number, twist: Twist) => SourceRecord;

function recordMaker(samples: readonly SourceSample[], at: number): RecordMaker {
  const { source, fields, records } = samples[at] as SourceSample;
  const { key, columns } = source.table;
  const others = fields.columns.filter((column) => !key.includes(column));
  const nullable = others.filter((name) => columns.some((column) => column.name === name && !column.notNull));
  const joins = correspondencesOf(samples, at);
  // Neighbours in a file are alike, so half of the other values come from anywhere in the sample.
  const another = (start: number, other: number) =>
    other % 2 === 0 ? chosen(records, start + (other % POOL)) : chosen(records, other * SPREAD);
  const copied = (record: SourceRecord, from: SourceRecord, wanted: readonly string[]) =>
    wanted.reduce((changed, column) => fields.with(changed, column, fields.value(from, column) ?? null), record);
  return (start, pick, twist) => {
    const record = chosen(records, start + pick);
    switch (twist.kind) {
      case 'none':
        return record;
      case 'content':
        return copied(record, another(start, twist.other), others);
      case 'field':
        return copied(record, another(start, twist.other), others.length === 0 ? [] : [chosen(others, twist.column)]);
      case 'null':
        return nullable.length === 0 ? record : fields.with(record, chosen(nullable, twist.column), null);
      case 'joined':
        return joins.length === 0 ? record : chosen(joins, twist.other).join(record, start + (twist.other % POOL));
    }
  };
}

function chosen<T>(list: readonly T[], place: number): T {
  return list[place % list.length] as T;
}
