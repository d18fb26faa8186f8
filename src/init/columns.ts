import { count } from '../counts.ts';
import { keyPath } from '../sql/key-paths.ts';
import type { JsonKind, KeyPlace } from './place.ts';
import { type EpochUnit, epochUnit, Form } from './times.ts';
import { Names, nameOf, wordsOf } from './words.ts';

/** How a TIMESTAMP is made of the values of a column. */
export type TimeReading = 'text' | 'seconds' | 'milliseconds';

/** A column of a staging table. */
export interface PlannedColumn {
  readonly name: string;
  readonly place: KeyPlace;
  readonly type: 'BIGINT' | 'DOUBLE PRECISION' | 'TIMESTAMP' | `VARCHAR(${number})`;
  /** The time that its values say, if they are not a TIMESTAMP already. */
  readonly time?: { readonly reading: TimeReading; readonly name: string } | undefined;
}

/** What to look at, because it was decided without certainty. */
export interface Remark {
  readonly about: string;
  readonly text: string;
}

/** The columns of a source. */
export interface PlannedColumns {
  readonly columns: readonly PlannedColumn[];
  readonly remarks: readonly Remark[];
  /** Whether the columns need a jsonpaths file, because keys are not their names. */
  readonly needsPaths: boolean;
  /** The keys that become no columns, as a model names them. */
  readonly leftOut: readonly string[];
}

/** The most columns of a table: Redshift takes 1,600 (Management Guide, Quotas), of which a load's own tables need more. */
const MOST_COLUMNS = 1000;
/** The longest text of a column on Redshift, in bytes (Database Developer Guide, Character types). */
const MOST_BYTES = 65_535;
/** The longest path of keys: those of all columns must fit in a jsonpaths file of a megabyte. */
const MOST_KEY_BYTES = 512;
const SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, MOST_BYTES];

/** Plans the columns for what the records hold. */
export function planColumns(root: KeyPlace): PlannedColumns {
  const remarks: Remark[] = [];
  const remark = ({ shown }: KeyPlace, text: string) =>
    void remarks.push({
      about: shown.length > MOST_KEY_BYTES ? `${[...shown.slice(0, 160)].slice(0, 80).join('')}…` : shown,
      text,
    });
  const asText = keptAsText(root);
  const leaves = [...leavesOf(root, asText)];
  const names = new Names();
  // Columns whose keys are their names come first, so that they keep them.
  const ordered = [...leaves].sort((a, b) => Number(isNameOf(b)) - Number(isNameOf(a)));
  const named = new Map(ordered.map((place) => [place, names.take(nameOf(place.path, 'column'))]));
  const columns = leaves.flatMap((place): readonly PlannedColumn[] => {
    const why = whyLeftOut(place);
    if (why !== undefined) {
      remark(place, `is left out: ${why}`);
      return [];
    }
    const { type, because } = typeOf(place);
    const text = because ?? (asText.has(place) ? 'holds objects with too many keys: taken as JSON text' : undefined);
    if (text !== undefined) remark(place, text);
    const column = { name: named.get(place) ?? '', place, type };
    const time = timeOf(column, names, (text) => remark(place, text));
    return [{ ...column, time }];
  });
  return {
    columns,
    remarks,
    needsPaths: needsPaths(root, columns),
    leftOut: leftOut(root, new Set(columns.map(({ place }) => place))),
  };
}

/** The places below one that neither become columns nor have any below them. */
function leftOut(place: KeyPlace, taken: ReadonlySet<KeyPlace>): readonly string[] {
  return place.children.flatMap((child) => {
    if (taken.has(child)) return [];
    return hasAny(child, taken) ? leftOut(child, taken) : [pathOf(child)];
  });
}

function hasAny({ children }: KeyPlace, places: ReadonlySet<KeyPlace>): boolean {
  return children.some((child) => places.has(child) || hasAny(child, places));
}

function pathOf({ path }: KeyPlace): string {
  const [first = '', ...others] = path;
  return others.reduce((parent, key) => keyPath(key, parent), keyPath(first));
}

/** Objects whose keys become no columns: the widest ones, if there are too many columns. */
function keptAsText(root: KeyPlace): ReadonlySet<KeyPlace> {
  const kept = new Set<KeyPlace>();
  for (;;) {
    const width = [...leavesOf(root, kept)].length;
    if (width <= MOST_COLUMNS) return kept;
    const objects = [...objectsBelow(root)].filter((place) => !kept.has(place));
    const widths = objects.map((place) => [place, [...leavesOf(place, kept)].length] as const);
    const widest = widths.sort(([, a], [, b]) => b - a)[0]?.[0];
    if (widest === undefined) return kept;
    kept.add(widest);
  }
}

function* objectsBelow(place: KeyPlace): Generator<KeyPlace> {
  for (const child of place.children) {
    if (isSplit(child, new Set())) yield child;
    yield* objectsBelow(child);
  }
}

/** The places that become columns, in the order in which they were met. */
function* leavesOf(place: KeyPlace, asText: ReadonlySet<KeyPlace>): Generator<KeyPlace> {
  for (const child of place.children) {
    if (isSplit(child, asText)) yield* leavesOf(child, asText);
    else yield child;
  }
}

/** Whether a place holds nothing but objects, whose keys become columns. */
function isSplit(place: KeyPlace, asText: ReadonlySet<KeyPlace>): boolean {
  return place.kinds.join() === 'object' && place.children.length > 0 && !asText.has(place);
}

/** Whether values are found by the name of the column: keys match in any case. */
function isNameOf({ path }: KeyPlace): boolean {
  return path.length === 1 && lowerCase(path[0] ?? '') === nameOf(path, '');
}

function needsPaths({ children }: KeyPlace, columns: readonly PlannedColumn[]): boolean {
  const keys = children.map(({ path }) => lowerCase(path[0] ?? ''));
  const isByName = ({ name, place: { path } }: PlannedColumn) => path.length === 1 && lowerCase(path[0] ?? '') === name;
  return new Set(keys).size < keys.length || !columns.every(isByName);
}

/** ASCII only, as keys are matched with columns. */
function lowerCase(key: string): string {
  return key.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function whyLeftOut({ path, mostBytes }: KeyPlace): string | undefined {
  const keyBytes = Buffer.byteLength(path.join(''));
  if (keyBytes > MOST_KEY_BYTES) {
    return `its key takes ${count(keyBytes)} bytes, and a jsonpaths file has room for ${MOST_KEY_BYTES}`;
  }
  if (path.some((key) => key === '')) return 'a jsonpaths file cannot name an empty key';
  if (path.some((key) => /['\\]/.test(key))) return 'a jsonpaths file cannot name a key with a quote or a backslash';
  return mostBytes > MOST_BYTES
    ? `a value takes ${count(mostBytes)} bytes, and VARCHAR holds at most ${count(MOST_BYTES)}`
    : undefined;
}

const KIND_NAMES: Readonly<Record<JsonKind, string>> = {
  ...{ text: 'text', integer: 'integers', decimal: 'decimal numbers', boolean: 'true and false' },
  ...{ object: 'objects', array: 'arrays' },
};

interface Typed {
  readonly type: PlannedColumn['type'];
  /** What to say about it. */
  readonly because?: string;
}

function typeOf(place: KeyPlace): Typed {
  const { kinds, counts, timeForms } = place;
  const text = `VARCHAR(${sizeFor(place.mostBytes)})` as const;
  const isNumber = kinds.length > 0 && kinds.every((kind) => kind === 'integer' || kind === 'decimal');
  if (kinds.length === 0) return { type: 'VARCHAR(256)', because: 'has no value in any record: taken as text' };
  if (isNumber) return typeOfNumber(place, text);
  if (kinds.length === 1 && counts.text > 0) {
    return { type: timeForms === Form.blank ? 'TIMESTAMP' : text };
  }
  if (kinds.length === 1 && counts.boolean > 0) return { type: 'VARCHAR(5)' };
  if (kinds.length === 1)
    return { type: text, because: `holds ${KIND_NAMES[kinds[0] as JsonKind]}: taken as JSON text` };
  const list = kinds.map((kind) => `${KIND_NAMES[kind]} (${count(counts[kind])})`).join(', ');
  return { type: text, because: `holds values of several kinds, ${list}: taken as text` };
}

function typeOfNumber({ counts, isBeyondBigint, isInexact }: KeyPlace, text: PlannedColumn['type']): Typed {
  const isWhole = counts.decimal === 0;
  if (isWhole && !isBeyondBigint) return { type: 'BIGINT' };
  if (!isWhole && !isInexact) return { type: 'DOUBLE PRECISION' };
  return {
    type: text,
    because: isWhole
      ? 'holds integers beyond 64 bits: taken as text, which keeps their digits'
      : 'holds numbers with more digits than DOUBLE PRECISION keeps: taken as text',
  };
}

/** At least twice what the values need. */
function sizeFor(bytes: number): number {
  return SIZES.find((size) => size >= 2 * bytes) ?? MOST_BYTES;
}

const TIME_WORDS = new Set(
  'ts time timestamp datetime date at on when epoch created updated modified deleted started ended expires expiry seen since until registered registration'.split(
    ' ',
  ),
);
function timeOf(
  { name, place, type }: Omit<PlannedColumn, 'time'>,
  names: Names,
  remark: (text: string) => void,
): PlannedColumn['time'] {
  if (type.startsWith('VARCHAR') && place.kinds.join() === 'text') {
    return timeInText(place, () => names.take(name, place.timeForms & Form.utc ? '_utc' : '_time'), remark);
  }
  const unit = epochUnit(place.least, place.most);
  if (unit === undefined || place.counts.integer + place.counts.decimal < place.values) return undefined;
  const isNamed = isNamedLikeTime(place);
  if (type === 'BIGINT' && isNamed && (unit === 'seconds' || unit === 'milliseconds')) {
    const derived = names.take(name, '_utc');
    remark(`holds ${unit} since 1970: a BIGINT, and a TIMESTAMP in ${derived}`);
    return { reading: unit, name: derived };
  }
  const doubt = doubtOf(place, unit, isNamed);
  if (doubt !== undefined) remark(`${doubt}: a ${type} only`);
  return undefined;
}

/** What to say about numbers that are or could be times, of which no TIMESTAMP is made. */
function doubtOf({ counts }: KeyPlace, unit: EpochUnit, isNamed: boolean): string | undefined {
  if (!isNamed && unit === 'seconds') return undefined;
  if (!isNamed) return `could be times in ${unit} since 1970, but is not named like one`;
  return `holds ${unit} since 1970${counts.decimal > 0 ? ' with decimals' : ''}, of which init makes no TIMESTAMP`;
}

function isNamedLikeTime({ path }: KeyPlace): boolean {
  return wordsOf(path.at(-1) ?? '').some((word) => TIME_WORDS.has(word) || /(time|date|stamp)$/.test(word));
}

function timeInText(place: KeyPlace, take: () => string, remark: (text: string) => void): PlannedColumn['time'] {
  const forms = place.timeForms & ~Form.fine;
  if (forms === 0 || (forms & Form.other) !== 0) return undefined;
  const why = whyNoTime(place, forms);
  if (why !== undefined) {
    remark(`${why}: taken as text, without a TIMESTAMP`);
    return undefined;
  }
  if ((forms & Form.epoch) !== 0) return undefined;
  const name = take();
  const cut = (place.timeForms & Form.fine) !== 0 ? ', which ends at microseconds' : '';
  remark(`holds times as text: a VARCHAR, and a TIMESTAMP in ${name}${cut}`);
  return { reading: 'text', name };
}

function whyNoTime(place: KeyPlace, forms: number): string | undefined {
  const has = (form: number) => (forms & form) !== 0;
  if (forms === Form.date) return 'holds dates without a time of day';
  if (forms === Form.epoch) return isNamedLikeTime(place) ? 'holds times since 1970 as text' : undefined;
  if (has(Form.date | Form.epoch)) return 'holds times of several forms';
  if (has(Form.offset)) return 'holds times with an offset from UTC, such as +02:00';
  return has(Form.utc) && forms !== Form.utc ? 'holds times with and without a time zone' : undefined;
}
