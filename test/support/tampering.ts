import { expect } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Column, loadedColumns, type Table } from '../../src/sql/catalogue.ts';
import { quoteIdentifier } from '../../src/sql/render.ts';
import type { Engine } from './engines.ts';
import { type Loader, type LoaderOptions, withLoader } from './loader.ts';
import type { EventRecord, SongRecord } from './oracle.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from './scenario.ts';
import { PLAY, SONG } from './trials.ts';

/** A way to change a value by hand: the expression it becomes, or none where the column cannot be changed so. */
export interface Tampering {
  readonly name: string;
  readonly isNullSample: boolean;
  /** Whether it changes the columns by which rows are known, or the others. */
  readonly isOfKeys?: boolean;
  readonly change: (column: Column) => string | undefined;
}

/** What is not to go unnoticed in any column. */
export const TAMPERINGS: readonly Tampering[] = [
  { name: 'another value', isNullSample: false, change: otherValue },
  { name: 'another key', isNullSample: false, isOfKeys: true, change: otherValue },
  { name: 'NULL instead of a value', isNullSample: false, change: ({ notNull }) => (notNull ? undefined : 'NULL') },
  {
    name: 'a value instead of NULL',
    isNullSample: true,
    change: (column) => (column.notNull ? undefined : otherValue(column)),
  },
  {
    name: 'one more blank at the end',
    isNullSample: false,
    change: ({ name, type }) => (type === 'varchar' ? `${quoteIdentifier(name)} || ' '` : undefined),
  },
];

function otherValue({ name, type }: Column): string {
  const column = quoteIdentifier(name);
  switch (type) {
    case 'varchar':
      return `'x' || SUBSTRING(COALESCE(${column}, ''), 2)`;
    case 'timestamp':
      return `${column} + INTERVAL '1 day'`;
    case 'double':
      return `COALESCE(${column}, 0) + 0.5`;
    default:
      return name === 'logged_in' ? `NOT ${column}` : `COALESCE(${column}, 0) + 1000`;
  }
}

/** So many rows has every table that the sample gives, each with a key of its own: more than columns. */
const ROWS = 20;

/** Records of which each gives one row of every table; all values that may be missing are there, or none is. */
export function tamperSample(isNullSample: boolean): {
  readonly events: readonly EventRecord[];
  readonly songs: readonly SongRecord[];
} {
  const at = Array.from({ length: ROWS }, (_, index) => index);
  const text = (value: string) => (isNullSample ? null : value);
  const number = (value: number) => (isNullSample ? null : value);
  return {
    events: at.map((index) => ({
      ...PLAY,
      ts: PLAY.ts + index * 3_600_000,
      userId: String(100 + index),
      level: text('free'),
      song: text(`Title ${index}`),
      artist: text('Elena'),
      length: number(200 + index),
      location: text('Dublin'),
      userAgent: text('Mozilla'),
      firstName: text('Ann'),
      lastName: text('Li'),
      gender: text('F'),
      method: text('PUT'),
      registration: number(1540344794796),
      status: number(200),
    })),
    songs: at.map((index) => ({
      ...SONG,
      song_id: `SO${100 + index}`,
      artist_id: `AR${100 + index}`,
      title: text(`Title ${index}`),
      artist_name: text('Elena'),
      artist_location: text('London'),
      artist_latitude: number(51.5),
      artist_longitude: number(-0.1),
      duration: number(200 + index),
      num_songs: number(1),
    })),
  };
}

/** Columns of a table, and the statements that change each in a row of its own; the key last, since rows are found by it. */
export function changesOf(table: Table, columns: readonly Column[], { change, isOfKeys = false }: Tampering) {
  const { name, key } = table;
  const by = quoteIdentifier(key[0] ?? '');
  const changed = columns.filter((column) => key.includes(column.name) === isOfKeys && change(column) !== undefined);
  const isKey = (column: Column) => column.name === key[0];
  const ordered = [...changed.filter((column) => !isKey(column)), ...changed.filter(isKey)];
  const statements = ordered.map(
    (column, index) => `UPDATE ${quoteIdentifier(name)} SET ${quoteIdentifier(column.name)} = ${change(column)}
WHERE ${by} IN (
  SELECT ${by}
  FROM (SELECT ${by}, ROW_NUMBER() OVER (ORDER BY ${by}) AS place FROM ${quoteIdentifier(name)}) placed
  WHERE place = ${index + 1}
)`,
  );
  return { table, columns: ordered.map((column) => column.name), statements };
}

/** One that has loaded the sample of a tampering. */
export function withSample(
  engine: Engine,
  { isNullSample }: Pick<Tampering, 'isNullSample'>,
  action: (loader: Loader) => Promise<void>,
  options: LoaderOptions = {},
): Promise<void> {
  return withLoader(
    engine,
    async (loader) => {
      const { events, songs } = tamperSample(isNullSample);
      loader.store.files.set(`${LOG_ROOT}/a.json`, linesOf(events));
      loader.store.files.set(`${SONG_ROOT}/a.json`, linesOf(songs));
      await etl(loader.context);
      await action(loader);
    },
    options,
  );
}

/** Changes one value of each column that can be changed so, each in a row of its own. Returns these columns by table. */
async function tamper(
  { context: { warehouse } }: Loader,
  tables: readonly Table[],
  columnsOf: (table: Table) => readonly Column[],
  how: Tampering,
) {
  const changes = tables.map((table) => changesOf(table, columnsOf(table), how));
  for (const { statements } of changes) {
    const steps = statements.map((sql, index) => ({ kind: 'sql' as const, name: `tamper_${index}`, sql }));
    await warehouse.run({ name: `tamper-${Math.random()}`, locks: false, steps });
  }
  return new Map(changes.map(({ table, columns }) => [table.name, columns]));
}

/** What a reconciliation names, by table: columns that differ, and rows that stand under another key than theirs. */
async function namedColumns({ context }: Loader, recounts: boolean): Promise<ReadonlyMap<string, readonly string[]>> {
  const { disagreements } = await reconcile(context, { recounts });
  const named = disagreements.map(({ rule, examples }) => [rule, examples.flatMap(columnIn)] as const);
  return new Map(named);
}

function columnIn(example: string): readonly string[] {
  const column = /: (\w+) is .+ instead of .+$/.exec(example)?.[1];
  return / 1 row missing$/.test(example) ? [] : [column ?? (/: 1 row too many$/.test(example) ? KEY : example)];
}

const KEY = 'a key';

/** Staging comes last, since the star is held to it. */
const COMPARED = [
  { roles: ['current', 'star'], columnsOf: ({ columns }: Table) => columns, recounts: false },
  { roles: ['staging'], columnsOf: loadedColumns, recounts: true },
] as const;

/** Changes a value of each column by hand: reconcile must name them all, and nothing else. */
export function namesTamperedColumns(engine: Engine, how: Tampering, options: LoaderOptions = {}): Promise<void> {
  return withSample(
    engine,
    how,
    async (loader) => {
      for (const { roles, columnsOf, recounts } of COMPARED) {
        const tables = loader.context.model.tables.filter(({ role }) =>
          (roles as readonly Table['role'][]).includes(role),
        );
        const changed = await tamper(loader, tables, columnsOf, how);
        const named = await namedColumns(loader, recounts);
        for (const [table, columns] of changed) {
          const expected = how.isOfKeys ? columns.map(() => KEY) : [...columns].sort();
          expect([table, [...(named.get(table) ?? [])].sort()]).toEqual([table, expected]);
        }
      }
    },
    options,
  );
}
