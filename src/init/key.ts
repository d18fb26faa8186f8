import { count } from '../counts.ts';
import { UsageError } from '../errors.ts';
import type { PlannedColumn, Remark } from './columns.ts';
import type { KeyCandidate, WantedColumn } from './keys.ts';
import type { KeyPlace } from './place.ts';
import type { ReadSource } from './source.ts';

/** The columns that identify a record, and why these. */
export interface PlannedKey {
  readonly columns: readonly PlannedColumn[];
  /** `found`, `asked` for with --key, or `record`: nothing identifies a record but all that it holds. */
  readonly kind: 'found' | 'asked' | 'record';
  readonly reason: string;
  /** Whether every record has a value in each of the columns. */
  readonly isWhole: boolean;
}

interface Decision {
  readonly key: PlannedKey;
  readonly remarks: readonly Remark[];
}

/** With fewer records, values differ by chance. */
const ENOUGH_FOR_OTHERS = 1000;
const ENOUGH_FOR_PAIRS = 100;
const FEW = 100;
/** Longer texts are no keys. */
const MOST_KEY_BYTES = 512;

/** Chooses the key of a source. Throws UsageError if the columns of --key do not exist. */
export function decideKey({ search, names }: ReadSource, columns: readonly PlannedColumn[]): Decision {
  const { wanted, asked, records } = search;
  if (wanted !== undefined) return askedFor(names.key, { wanted, asked, records }, columns);
  const fit = search.candidates.filter(({ places }) => places.every((place) => isFit(place, columns)));
  const whole = fit.filter(({ isUnique }) => isUnique);
  const chosen =
    whole.find((one) => one.isOwn) ??
    whole.find((one) => one.places.length === 1 && one.likeness > 0 && records >= ENOUGH_FOR_OTHERS) ??
    whole.find((one) => one.places.length === 2 && records >= ENOUGH_FOR_PAIRS);
  return chosen === undefined ? ofRecord(columns, { fit, whole, records }) : found(chosen, columns, records);
}

function columnOf(place: KeyPlace, columns: readonly PlannedColumn[]): PlannedColumn | undefined {
  return columns.find((column) => column.place === place);
}

/** Whether a place can be part of a key: a column in which equal values are equal texts. */
function isFit(place: KeyPlace, columns: readonly PlannedColumn[]): boolean {
  const column = columnOf(place, columns);
  const isText =
    column?.type.startsWith('VARCHAR') === true && place.counts.text + place.counts.integer === place.values;
  return column !== undefined && place.mostBytes <= MOST_KEY_BYTES && (isText || column.type === 'BIGINT');
}

function found({ places, compared }: KeyCandidate, columns: readonly PlannedColumn[], records: number): Decision {
  const chosen = places.flatMap((place) => columnOf(place, columns) ?? []);
  const names = chosen.map(({ name }) => name).join(', ');
  const all =
    compared === records
      ? `all ${count(records)} records`
      : `the first ${count(compared)} of ${count(records)} records`;
  const what = places.length === 1 ? 'a value of its own' : 'values of its own together';
  const remarks = [
    ...(records < FEW
      ? [`is the key, but ${count(records)} records say little about that: see whether it identifies a record`]
      : []),
    ...(compared < records ? ['is the key; beyond these records there was no room to compare more'] : []),
  ];
  return {
    key: { columns: chosen, kind: 'found', isWhole: true, reason: `each of ${all} has ${what}` },
    remarks: remarks.map((text) => ({ about: names, text })),
  };
}

interface Tried {
  readonly fit: readonly KeyCandidate[];
  readonly whole: readonly KeyCandidate[];
  readonly records: number;
}

function ofRecord(columns: readonly PlannedColumn[], { fit, whole, records }: Tried): Decision {
  const named = (one: KeyCandidate) => one.places.flatMap((place) => columnOf(place, columns)?.name ?? []).join(',');
  const versions = fit.find(({ likeness, isUnique, places }) => likeness > 0 && !isUnique && places.length === 1);
  const unique = whole.find(({ places }) => places.length <= 2);
  const hint =
    versions !== undefined
      ? {
          about: named(versions),
          text: `has a value in every record, but ${count(versions.repeated)} of ${count(records)} records repeat one: if these are later versions of the same thing, or the same record again, run init again with --key ${named(versions)}`,
        }
      : unique === undefined
        ? undefined
        : {
            about: named(unique),
            text: `has a value of its own in each of these ${count(records)} records: if that is no accident, run init again with --key ${named(unique)}`,
          };
  return {
    key: {
      columns,
      kind: 'record',
      isWhole: false,
      reason: `${whyNone(unique, records)}, so its whole content does: records that are alike count once, and a corrected record is another one`,
    },
    remarks: hint === undefined ? [] : [hint],
  };
}

function whyNone(unique: KeyCandidate | undefined, records: number): string {
  const enough = unique?.places.length === 2 ? ENOUGH_FOR_PAIRS : ENOUGH_FOR_OTHERS;
  return unique !== undefined && unique.likeness > 0 && records < enough
    ? `no column is named as the id of the record itself, and others are trusted from ${count(enough)} records on to identify one`
    : 'no column identifies a record';
}

interface Asked {
  readonly wanted: readonly WantedColumn[];
  readonly asked: KeyCandidate | undefined;
  readonly records: number;
}

function askedFor(source: string, { wanted, asked, records }: Asked, columns: readonly PlannedColumn[]): Decision {
  const chosen = wanted.map(({ name, place }) => ({ name, column: place && columnOf(place, columns) }));
  const unknown = chosen.filter(({ column }) => column === undefined).map(({ name }) => name);
  if (unknown.length > 0) {
    throw new UsageError(`--key names ${unknown.join(', ')}, which ${source} does not have as a column`, {
      next: `Name columns of ${source}: ${columns.map(({ name }) => name).join(', ')}.`,
    });
  }
  const key = [...new Set(chosen.flatMap(({ column }) => column ?? []))];
  const { missing = 0, repeated = 0, compared = 0 } = asked ?? {};
  const about = key.map(({ name }) => name).join(', ');
  const remarks = [
    ...(repeated > 0
      ? [
          `repeats in ${count(repeated)} of ${count(records)} records: each of these is a version of an earlier one, and one version counts`,
        ]
      : []),
    ...(missing > 0 ? [`has no value in ${count(missing)} of ${count(records)} records`] : []),
    ...(compared < records ? [`was compared in the first ${count(compared)} records only`] : []),
  ];
  return {
    key: { columns: key, kind: 'asked', isWhole: missing === 0, reason: 'asked for with --key' },
    remarks: remarks.map((text) => ({ about, text })),
  };
}
