import { StarloadError } from '../errors.ts';
import { type PlannedColumn, planColumns, type Remark } from './columns.ts';
import { type Entity, entitiesOf } from './entities.ts';
import { decideKey, type PlannedKey } from './key.ts';
import type { ReadSource } from './source.ts';
import { Names, nameOf, pluralOf, tableName } from './words.ts';

/** A model for one source. */
export interface PlannedSource {
  readonly read: ReadSource;
  readonly columns: readonly PlannedColumn[];
  readonly needsPaths: boolean;
  /** The keys that become no columns, as a model names them. */
  readonly leftOut: readonly string[];
  readonly key: PlannedKey;
  readonly dimensions: readonly Dimension[];
  /** The column that says when something happened; undefined if there is none. */
  readonly time: string | undefined;
  readonly remarks: readonly Remark[];
}

/** A table of the things that a source's records name. */
export interface Dimension extends Entity {
  readonly table: string;
}

/** On Redshift a load takes at most 40 statements: five for each source, three for each star table, and some of its own. */
const STATEMENTS = { most: 40, own: 10, source: 9, dimension: 3 } as const;
const MOST_SOURCES = Math.floor((STATEMENTS.most - STATEMENTS.own) / STATEMENTS.source);
const TOO_MANY: Remark = {
  about: 'the model',
  text: `has too many tables for a load on Redshift, which takes at most ${STATEMENTS.most} statements: there, make models of at most ${MOST_SOURCES} sources`,
};

/** Plans a model for sources: their columns, keys and dimensions. */
export function planModel(reads: readonly ReadSource[]): readonly PlannedSource[] {
  const tables = new Names(reads.flatMap(({ names: { table } }) => [table, `staging_${table}`, `current_${table}`]));
  let room = Math.max(
    0,
    Math.floor((STATEMENTS.most - STATEMENTS.own - reads.length * STATEMENTS.source) / STATEMENTS.dimension),
  );
  return reads.map((read) => {
    const { columns, remarks, needsPaths, leftOut } = planColumns(read.search.profile.root);
    if (columns.length === 0) throw nothingToHold(read);
    const { key, remarks: ofKey } = decideKey(read, columns);
    const entities = entitiesOf(columns, key, read);
    const dimensions = entities.slice(0, room).map((entity) => ({ ...entity, table: tableFor(entity, read, tables) }));
    room -= dimensions.length;
    const left = entities.slice(dimensions.length).map(({ id }) => ({
      about: id.place.shown,
      text: 'names things that could be a table of their own: left in the table of the records, because a load on Redshift has a limited number of statements',
    }));
    return {
      ...{ read, columns, needsPaths, leftOut, key, dimensions },
      time: timeOf(columns),
      remarks: [
        ...[...ofKey, ...remarks, ...dimensions.map(remarkOn), ...left],
        ...(reads.length > MOST_SOURCES && read === reads.at(-1) ? [TOO_MANY] : []),
      ],
    };
  });
}

function nothingToHold({ root }: ReadSource): StarloadError {
  return new StarloadError(`the records of ${root} have nothing that a column can hold`, {
    next: 'Name a folder with records that have keys and values.',
  });
}

function tableFor({ subject }: Entity, { names: { table } }: ReadSource, tables: Names): string {
  const plural = tableName(nameOf([pluralOf(subject)], 'things'));
  const own = tables.take(plural);
  return own === plural ? own : tables.take(tableName(nameOf([table, plural], 'things')));
}

function remarkOn({ table, id, columns }: Dimension): Remark {
  return {
    about: id.place.shown,
    text: `names ${table}: a table with the latest of ${columns.map(({ name }) => name).join(', ')}`,
  };
}

const LATE = /(^|_)(updated|modified|changed|last)(_|$)/;
const EVENT = /(^|_)(ts|time|timestamp|date|datetime|created|occurred|event|ordered)(_|$)/;

/** The column of time by which rows follow each other: an update before an event before any other. */
function timeOf(columns: readonly PlannedColumn[]): string | undefined {
  const times = columns.filter(({ type, time }) => type === 'TIMESTAMP' || time !== undefined);
  const first = [LATE, EVENT, /./].flatMap((pattern) => times.find(({ name }) => pattern.test(name)) ?? [])[0];
  return first?.time?.name ?? first?.name;
}
