import { count } from '../counts.ts';
import { isWithin } from '../edits.ts';
import { DataError, type ErrorOptionsWithNext, MAX_PROBLEMS } from '../errors.ts';
import { MOST_UNKNOWN_KEYS, type UnknownKey, type UnknownKeysFound } from '../records/unknown-keys.ts';
import { rescuedColumn, type Table, takingColumns } from '../sql/catalogue.ts';
import { lowerCase } from '../sql/fold.ts';
import { fileOf } from '../sql/written.ts';

/** What to do with keys that no column takes: tell them, keep them in a column for such, or load nothing. */
export type UnknownKeysPolicy = 'warn' | 'keep' | 'refuse';

/** A key that no column takes. */
export interface ToldKey extends Omit<UnknownKey, 'identity'> {
  /** The column whose name it most resembles; null if it resembles none. */
  readonly like: string | null;
}

/** The keys of a source's records that no column takes. */
export interface UnknownKeysOfTable {
  readonly table: string;
  /** The file of the model in which they can be ignored. */
  readonly model: string;
  readonly keys: readonly ToldKey[];
  /** Whether their values are kept in the column for unknown keys. */
  readonly isKept: boolean;
  /** If there are more: at least how many, and the number of records with any of these; null if nobody knows it. */
  readonly more: { readonly keys: number; readonly records: number | null } | null;
}

/** The records have keys that no column takes, and these are refused. It lists the first of them. Exit code 3. */
export class UnknownKeysError extends DataError {
  readonly unknownKeys: readonly UnknownKeysOfTable[];

  constructor(message: string, unknownKeys: readonly UnknownKeysOfTable[], options: ErrorOptionsWithNext) {
    const first = unknownKeys.flatMap(({ keys }) => keys).slice(0, MAX_PROBLEMS);
    super(
      message,
      first.map(({ file, line, ...key }) => ({ file, line, reason: describeUnknownKey(key) })),
      options,
    );
    this.unknownKeys = unknownKeys;
  }

  /** It holds names of keys and no values. */
  override withoutExcerpts(): this {
    return this;
  }
}

/** The beginning of a sentence about what to do with unknown keys. */
export function whatToDo(unknownKeys: readonly UnknownKeysOfTable[]): string {
  const files = unknownKeys.map(({ model }) => model).join(' or ');
  return `Add columns to the model for the keys to load, name the others in a line "-- ignore: a, b" at the head of ${files} (docs/models.md)`;
}

/** `userAgnt, 1 record, like useragent`. */
export function describeUnknownKey({ key, records, like }: Pick<ToldKey, 'key' | 'records' | 'like'>): string {
  const resemblance = like === null ? '' : `, like ${like}`;
  return `${key}, ${records} ${records === 1 ? 'record' : 'records'}${resemblance}`;
}

/** The number of keys that one line shows. */
const SHOWN = 10;

/** The unknown keys of some records of a source, `1,234 records of 8 files`, in one line, and what to do. */
export function adviceOnSample(
  found: UnknownKeysOfTable,
  read: string,
): { readonly reason: string; readonly next: string } {
  return { reason: `${read} have keys that no column takes: ${inOneLine(found)}`, next: `${whatToDo([found])}.` };
}

/** The first unknown keys of a source, and how many more there are. */
export function inOneLine({ keys, more }: UnknownKeysOfTable): string {
  const others = Math.max(0, keys.length - SHOWN) + (more?.keys ?? 0);
  const list = keys.slice(0, SHOWN).map(placed).join('; ');
  const most = more === null ? '' : 'at least ';
  return others > 0 ? `${list}; and ${most}${count(others)} more` : list;
}

function placed({ file, line, ...key }: ToldKey): string {
  return `${describeUnknownKey(key)} (${file}, line ${line})`;
}

/** Throws UnknownKeysError if there are unknown keys and they are refused. */
export function refuseUnknownKeys(
  policy: UnknownKeysPolicy | undefined,
  read: readonly { readonly table: Table; readonly unknown: UnknownKeysFound }[],
): void {
  const found = policy === 'refuse' ? unknownKeysOf(read) : [];
  if (found.length === 0) return;
  const further = found.reduce((sum, { more }) => sum + (more?.keys ?? 0), 0);
  const all = found.reduce((sum, { keys }) => sum + keys.length, further);
  const number = all === 1 ? 'one key has' : `${further > 0 ? 'at least ' : ''}${all} keys have`;
  const listed = all > MAX_PROBLEMS ? ` (the first ${MAX_PROBLEMS} are listed)` : '';
  const tables = found.map(({ table }) => table).join(' or ');
  throw new UnknownKeysError(`${number} no column in ${tables}${listed}`, found, {
    outcome: 'nothing was loaded',
    next: `${whatToDo(found)}, or load without them: --unknown-keys warn.`,
  });
}

/** The unknown keys of all that was read, by table. What was read of a table in several runs is added up. */
export function unknownKeysOf(
  read: readonly { readonly table: Table; readonly unknown: UnknownKeysFound }[],
): readonly UnknownKeysOfTable[] {
  const tables = [...new Map(read.map(({ table }) => [table.name, table])).values()];
  return tables.flatMap((table) => {
    const { keys, more = null } = read
      .filter((one) => one.table.name === table.name)
      .map(({ unknown }) => unknown)
      .reduce(addUp);
    const told = keys.map(({ identity, ...key }) => key);
    return told.length === 0 ? [] : [toldOf(table, told, { more, isKept: rescuedColumn(table) !== undefined })];
  });
}

/** Unknown keys of a table's source, each with the column that it resembles. */
export function toldOf(
  table: Table,
  keys: readonly Omit<ToldKey, 'like'>[],
  rest: Pick<UnknownKeysOfTable, 'more' | 'isKept'>,
): UnknownKeysOfTable {
  const names = takingColumns(table).map(({ name }) => name);
  const told = keys.map((key) => ({ ...key, like: mostSimilar(key.key, names) ?? null }));
  return { table: table.name, model: fileOf(table.create), keys: told, ...rest };
}

function addUp(one: UnknownKeysFound, other: UnknownKeysFound): UnknownKeysFound {
  const keys = new Map(one.keys.map((key) => [key.identity, key]));
  let surplus = 0;
  let surplusRecords = 0;
  for (const key of other.keys) {
    const known = keys.get(key.identity);
    if (known !== undefined) keys.set(key.identity, { ...known, records: known.records + key.records });
    else if (keys.size < MOST_UNKNOWN_KEYS) keys.set(key.identity, key);
    else {
      surplus += 1;
      surplusRecords = Math.max(surplusRecords, key.records);
    }
  }
  const most = Math.max(one.more?.keys ?? 0, other.more?.keys ?? 0, surplus);
  // Keys of both may be the same, and one record may have several of them.
  const records = (one.more?.records ?? 0) + Math.max(other.more?.records ?? 0, surplusRecords);
  return { keys: [...keys.values()], more: most === 0 ? undefined : { keys: most, records } };
}

/** The column whose name a key most resembles, whatever its case and signs; undefined if it resembles none. */
export function mostSimilar(key: string, columns: readonly string[]): string | undefined {
  const plain = plainName(key);
  return [0, 1, 2].flatMap((edits) =>
    columns.filter((name) => {
      const column = plainName(name);
      return edits <= slipsIn(Math.min(column.length, plain.length)) && isWithin(edits, plain, column);
    }),
  )[0];
}

/** In a short name, two edits leave nothing recognisable. */
function slipsIn(length: number): number {
  if (length <= 2) return 0;
  return length <= 5 ? 1 : 2;
}

function plainName(name: string): string {
  return lowerCase(name).replaceAll(/[^a-z0-9\u0080-\uffff]/g, '');
}
