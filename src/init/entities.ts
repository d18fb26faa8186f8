import type { PlannedColumn } from './columns.ts';
import type { PlannedKey } from './key.ts';
import type { ReadSource } from './source.ts';
import { singularOf, wordsOf } from './words.ts';

/** Things that the records of a source name: each has an id, and columns about it. */
export interface Entity {
  /** What one of them is called, such as `actor`. */
  readonly subject: string;
  readonly id: PlannedColumn;
  /** What the records say about it, without the id. */
  readonly columns: readonly PlannedColumn[];
}

const ID_WORDS = new Set(['id', 'uuid', 'guid', 'key']);
/** Columns beside x_id that say what x is. */
const NAMING = new Set(['name', 'title', 'login', 'email', 'label']);
/** Columns beside x_id and x_name that are about x, too. */
const ABOUT = new Set([...NAMING, ...['description', 'gender', 'phone', 'country', 'city', 'category', 'url']]);
/** From so many records on, an id that never repeats is a detail of its record. */
const ENOUGH = 100;

/** The things that records clearly name: objects with an id of their own, and columns such as user_id with user_name. */
export function entitiesOf(columns: readonly PlannedColumn[], key: PlannedKey, read: ReadSource): readonly Entity[] {
  const free = columns.filter((column) => key.kind === 'record' || !key.columns.includes(column));
  const candidates = [...nestedEntities(free), ...flatEntities(free, singularOf(read.names.table))];
  return candidates.filter(({ id }) => isFitForId(id) && !isDetail(id, read));
}

function isFitForId({ type, place }: PlannedColumn): boolean {
  const isText = type.startsWith('VARCHAR') && place.mostBytes <= 256 && place.kinds.join() === 'text';
  return type === 'BIGINT' || isText;
}

function isDetail({ place }: PlannedColumn, { search }: ReadSource): boolean {
  const isUnique = search.candidates.some(
    ({ places, isUnique }) => isUnique && places.length === 1 && places[0] === place,
  );
  return isUnique && search.records >= ENOUGH;
}

/** `actor.id` with `actor.login`: the deepest object with an id has a column. */
function nestedEntities(columns: readonly PlannedColumn[]): readonly Entity[] {
  const ids = columns.filter(({ place: { path } }) => path.length > 1 && isIdOf(path));
  return ids.flatMap((id) => {
    const object = id.place.path.slice(0, -1);
    const own = columns.filter((column) => column !== id && isBelow(column, object));
    const inner = ids.filter((other) => other !== id && isBelow(other, object));
    const about = own.filter(
      (column) => !inner.some((other) => column !== other && isBelow(column, other.place.path.slice(0, -1))),
    );
    return about.length === 0 ? [] : [{ subject: wordsOf(object.at(-1) ?? '').join('_'), id, columns: about }];
  });
}

function isIdOf(path: readonly string[]): boolean {
  const words = wordsOf(path.at(-1) ?? '');
  const object = wordsOf(path.at(-2) ?? '').join('_');
  return (
    object !== '' && ID_WORDS.has(words.at(-1) ?? '') && (words.length === 1 || words.slice(0, -1).join('_') === object)
  );
}

function isBelow({ place: { path } }: PlannedColumn, object: readonly string[]): boolean {
  return path.length > object.length && object.every((key, at) => path[at] === key);
}

/** `customer_id` with `customer_name`. */
function flatEntities(columns: readonly PlannedColumn[], own: string): readonly Entity[] {
  const flat = columns
    .filter(({ place: { path } }) => path.length === 1)
    .map((column) => ({ column, words: wordsOf(column.place.path[0] ?? '') }));
  return flat.flatMap(({ column: id, words }) => {
    const subject = words.slice(0, -1).join('_');
    if (subject === '' || subject === own || !ID_WORDS.has(words.at(-1) ?? '')) return [];
    const beside = flat.filter(
      (other) =>
        other.column !== id && other.words.length > words.length - 1 && startsWith(other.words, words.slice(0, -1)),
    );
    const last = (list: readonly string[]) => list.at(-1) ?? '';
    const about = beside.filter((other) => ABOUT.has(last(other.words)) && other.column.time === undefined);
    const isNamed = about.some((other) => NAMING.has(last(other.words)));
    return isNamed ? [{ subject, id, columns: about.map(({ column }) => column) }] : [];
  });
}

function startsWith(words: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((word, at) => words[at] === word);
}
