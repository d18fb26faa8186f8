import { createHmac, randomBytes } from 'node:crypto';
import { StarloadError } from '../errors.ts';
import type { IsForgotten } from '../objects/bundle.ts';
import { canonicalText } from '../records/canonical.ts';
import { fieldsAsMet } from '../records/fields-as-met.ts';
import type { FramedFile } from '../records/framed.ts';
import { checkFields, type FieldText, fieldReader } from '../records/record.ts';
import { type Column, type Table, takingColumns } from '../sql/catalogue.ts';
import { lowerCase } from '../sql/fold.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';

/** Somebody whose records are left out: a row of the ledger. The values themselves are kept nowhere. */
export interface Forget {
  readonly table: string;
  /** The columns that tell whose a record is, in the order of the table. */
  readonly columns: readonly string[];
  readonly salt: string;
  /** The digest of the columns' values. */
  readonly digest: string;
}

/** The status of such a row of the ledger. Its uri holds the columns, its version the salt and the digest. */
export const FORGET = 'forget' as const;
/** The status of a row that says how many records of a file, or of a run, were left out or removed since. */
export const FORGOTTEN = 'forgotten' as const;

/** Reads a row of the ledger. */
export function parseForget(row: { readonly table: string; readonly uri: string; readonly version: string }): Forget {
  const [salt = '', digest = ''] = row.version.split(':');
  return { table: row.table, columns: row.uri.split(','), salt, digest };
}

/** What the ledger has in `uri` and `version`. */
export function forgetRow({ columns, salt, digest }: Forget): { readonly uri: string; readonly version: string } {
  return { uri: columns.join(','), version: `${salt}:${digest}` };
}

/**
 * The entry for values, as `canonicalText` writes them: the known one if there is one. Those of the same columns share a
 * salt, so that a load computes one digest for each record, however many people are forgotten.
 */
export function forgetOf(
  table: string,
  values: ReadonlyMap<string, string>,
  known: readonly Forget[],
): { readonly forget: Forget; readonly isKnown: boolean } {
  const columns = [...values.keys()];
  const alike = known.filter((one) => one.table === table && one.columns.join() === columns.join());
  const texts = [...values.values()];
  const before = alike.find(({ salt, digest }) => digestOf(salt, texts) === digest);
  if (before !== undefined) return { forget: before, isKnown: true };
  const salt = alike.at(-1)?.salt ?? randomBytes(16).toString('hex');
  return { forget: { table, columns, salt, digest: digestOf(salt, texts) }, isKnown: false };
}

/**
 * A function that finds the records of people who are forgotten, before anything else looks at them; undefined if nobody
 * is. Throws StarloadError if the model has lost a column that tells whose a record is.
 */
export function forgottenIn(
  table: Table,
  paths: readonly JsonPath[] | undefined,
  forgets: readonly Forget[],
): IsForgotten | undefined {
  const groups = new Map<string, Forget[]>();
  for (const forget of forgets.filter((one) => one.table === table.name)) {
    const group = `${forget.salt} ${forget.columns.join()}`;
    groups.set(group, [...(groups.get(group) ?? []), forget]);
  }
  const finders = [...groups.values()].map((group) => finderOf(table, paths, group));
  return finders.length === 0 ? undefined : (record, spellings) => finders.some((finds) => finds(record, spellings));
}

/** The columns of a table that tell whose a record is, by the names that they have now. Throws as `forgottenIn` does. */
export function tellingColumns(table: Table, forgets: readonly Forget[]): ReadonlySet<string> {
  const taking = takingColumns(table);
  const names = forgets.filter((one) => one.table === table.name).flatMap(({ columns }) => columns);
  return new Set(names.map((name) => taking[placeOf(table, taking, name)]?.name ?? name));
}

/** The finder for entries of the same columns and salt. */
function finderOf(table: Table, paths: readonly JsonPath[] | undefined, group: readonly Forget[]): IsForgotten {
  const { columns = [], salt = '' } = group[0] ?? {};
  const read = textsIn(table, paths, columns);
  const former = paths === undefined ? formerTextsIn(table, columns) : undefined;
  const digests = new Set(group.map(({ digest }) => digest));
  return (record, spellings) => {
    const texts = read(record, spellings) ?? former?.(record);
    return texts !== undefined && digests.has(digestOf(salt, texts));
  };
}

type Texts = readonly (string | undefined)[];
type TextsReader = (record: string, spellings: FramedFile['spellings']) => Texts | undefined;

/**
 * A function that returns what a record has in columns, as `canonicalText` writes it; undefined if it has no value in one of
 * them, or one that does not fit. Throws StarloadError if the table has not all columns.
 */
export function textsIn(table: Table, paths: readonly JsonPath[] | undefined, columns: readonly string[]): TextsReader {
  const taking = takingColumns(table);
  const places = columns.map((name) => placeOf(table, taking, name));
  const own = tableOf(table, places);
  const ownPaths = paths && places.map((at) => paths[at] ?? []);
  const read = fieldsAsMet(own, ownPaths);
  return (record, spellings) => canonicalTexts(read(record, spellings), own);
}

/**
 * The same by the keys that columns had before they were renamed: files of that time have them, and other values that are
 * theirs. Undefined if no column was renamed.
 */
function formerTextsIn(table: Table, columns: readonly string[]): ((record: string) => Texts | undefined) | undefined {
  const taking = takingColumns(table);
  const own = tableOf(
    table,
    columns.map((name) => placeOf(table, taking, name)),
  );
  if (own.columns.every(({ was }) => was === undefined)) return undefined;
  const former = {
    ...own,
    columns: own.columns.map(({ was, ...column }) => ({ ...column, name: was ?? column.name })),
  };
  return (record) => {
    const spellings = spellingsIn(record, former);
    const isThere = former.columns.every(({ name }) => spellings.get(name)?.length !== 0);
    return isThere ? canonicalTexts(fieldReader(former, undefined, spellings)(record), former) : undefined;
  };
}

/** How a record spells the keys of a table's columns. */
export function spellingsIn(record: string, table: Table): ReadonlyMap<string, readonly string[]> {
  const keys = Object.keys(JSON.parse(record));
  return new Map(takingColumns(table).map(({ name }) => [name, keys.filter((key) => lowerCase(key) === name)]));
}

/** A table of some columns of another, all of which need a value. */
function tableOf(table: Table, places: readonly number[]): Table {
  const taking = takingColumns(table);
  return { ...table, columns: places.map((at) => ({ ...(taking[at] as Column), notNull: true })) };
}

function canonicalTexts(fields: readonly FieldText[], own: Table): Texts | undefined {
  return checkFields(fields, own).length > 0
    ? undefined
    : own.columns.map((column, at) => canonicalText(fields[at] as string | undefined, column));
}

function placeOf(table: Table, taking: readonly Column[], name: string): number {
  const at = taking.findIndex((column) => column.name === name);
  const place = at < 0 ? taking.findIndex(({ was }) => was === name) : at;
  if (place < 0) {
    throw new StarloadError(
      `${table.name} has no column ${name} any more, by which Starload finds the records of people who were forgotten`,
      {
        outcome: 'nothing was changed',
        next: `Give the column its name back in the model. If it has another name now, write the old one behind it: -- was: ${name}.`,
      },
    );
  }
  return place;
}

function digestOf(salt: string, texts: readonly (string | undefined)[]): string {
  return createHmac('sha256', salt).update(JSON.stringify(texts)).digest('hex');
}
