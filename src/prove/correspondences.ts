import type { SourceRecord } from './records.ts';
import type { SourceSample } from './sample.ts';

/** How records of a source are joined to records of another one. */
export interface Join {
  /** Which sample holds the other records. */
  readonly to: number;
  /** Gives a record the values that join it to the record with a number. */
  readonly join: (record: SourceRecord, other: number) => SourceRecord;
}

/** How two records of different sources are seen to belong together: they have the same value. */
export interface Link {
  readonly from: Linked;
  readonly to: Linked;
}

/** A source, and what of its records is compared; undefined for a record without such values. */
export interface Linked {
  readonly source: string;
  readonly textOf: (record: SourceRecord) => string | undefined;
}

/** The links between sources. */
export function linksOf(samples: readonly SourceSample[]): readonly Link[] {
  return samples.flatMap((own) =>
    samples.flatMap((other) => {
      const pairs = other === own ? [] : pairsOf(own, other);
      const [columns, theirs] = [pairs.map(([column]) => column), pairs.map(([, column]) => column)];
      return pairs.length === 0 ? [] : [{ from: linked(own, columns), to: linked(other, theirs) }];
    }),
  );
}

function linked({ source, fields }: SourceSample, columns: readonly string[]): Linked {
  const textOf = (record: SourceRecord) => {
    const values = columns.map((column) => fields.value(record, column) ?? null);
    return values.includes(null) ? undefined : JSON.stringify(values);
  };
  return { source: source.table.source ?? '', textOf };
}

/** Values that say so little that two columns share them by chance. */
const TELLING_LENGTH = 5;

/**
 * How records of a source can be joined to records of the others: by the columns of one type that hold the same telling
 * values in both samples, such as titles. All of them together, as a model may compare several.
 */
export function correspondencesOf(samples: readonly SourceSample[], at: number): readonly Join[] {
  const own = samples[at] as SourceSample;
  return samples.flatMap((other, to) => {
    const pairs = other === own ? [] : pairsOf(own, other);
    return pairs.length === 0 ? [] : [{ to, join: (record, number) => joined(own, other, pairs, record, number) }];
  });
}

function joined(
  own: SourceSample,
  other: SourceSample,
  pairs: readonly (readonly [string, string])[],
  record: SourceRecord,
  number: number,
): SourceRecord {
  const from = other.records[number % other.records.length] as SourceRecord;
  return pairs.reduce(
    (changed, [column, theirs]) => own.fields.with(changed, column, other.fields.value(from, theirs) ?? null),
    record,
  );
}

function pairsOf(own: SourceSample, other: SourceSample): readonly (readonly [string, string])[] {
  return own.fields.columns
    .filter((column) => !own.source.table.key.includes(column))
    .flatMap((column) => {
      const match = other.fields.columns.find((theirs) => correspond(own, column, other, theirs));
      return match === undefined ? [] : [[column, match] as const];
    });
}

/** Whether columns hold the same things: some telling value, or most of the values if one of them is a key. */
function correspond(own: SourceSample, column: string, other: SourceSample, theirs: string): boolean {
  const [values, others] = [valuesOf(own, column), valuesOf(other, theirs)];
  const shared = [...values].filter((value) => others.has(value));
  const isKey = other.source.table.key.includes(theirs) && typeOf(own, column) === typeOf(other, theirs);
  return shared.some((value) => String(value).length >= TELLING_LENGTH) || (isKey && shared.length * 2 > values.size);
}

function typeOf({ source }: SourceSample, column: string): string | undefined {
  return source.table.columns.find(({ name }) => name === column)?.sqlType;
}

function valuesOf({ fields, records }: SourceSample, column: string): ReadonlySet<unknown> {
  const values = records.map((record) => fields.value(record, column));
  return new Set(values.filter((value) => value !== null && value !== undefined && value !== ''));
}
