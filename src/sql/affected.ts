import { StarloadError } from '../errors.ts';
import { quoteIdentifier } from './render.ts';
import { itemsIn } from './simple-select.ts';
import { type Token, tokenize } from './tokens.ts';
import { lineOf, type NamedSql } from './written.ts';

/** What identifies the rows of a table, and the column that grows as history does. */
interface Keyed {
  readonly key: readonly string[];
  readonly time: string | undefined;
}

/** The columns of a table's key, and after them its time if that is none of them. */
export function reachOf({ key, time }: Keyed): readonly string[] {
  return time === undefined || key.includes(time) ? key : [...key, time];
}

/** The keys of a table whose rows a load changes: what to read them from, and its columns in the order of `reachOf`. */
export interface AffectedKeys {
  /** A table's quoted name, or a query in parentheses. */
  readonly rows: string;
  readonly columns: readonly string[];
}

/** A temporary table whose rows a load looks for by some columns. */
export interface KeyLookup {
  readonly table: string;
  readonly columns: readonly string[];
}

/** A placeholder `{affected}`, `{affected: a.x, a.y}` or `{affected table: …}` in a statement. */
export interface Placeholder {
  readonly from: number;
  readonly to: number;
  readonly table: string | undefined;
  /** The expressions that have the values of the key; undefined if they are its own columns. */
  readonly expressions: readonly string[] | undefined;
}

/** A condition that holds for all rows. */
export const ALL_ROWS = '1 = 1';

/** The placeholders of a statement, outside of comments and literals. */
export function placeholdersIn({ sql }: NamedSql): readonly Placeholder[] {
  const tokens = tokenize(sql);
  return tokens.flatMap(({ key, at }, index) => {
    const begins = key === '{' && tokens[index + 1]?.key === 'affected';
    const end = begins ? tokens.findIndex((token, other) => other > index && token.key === '}') : -1;
    return end === -1 ? [] : [{ from: at, ...read(sql, tokens.slice(index + 2, end + 1)) }];
  });
}

/** What stands between the word and the brace at the end. */
function read(sql: string, tokens: readonly Token[]): Omit<Placeholder, 'from'> {
  const inner = tokens.slice(0, -1);
  const colon = inner.findIndex(({ key }) => key === ':');
  const named = colon === -1 ? inner : inner.slice(0, colon);
  return {
    to: (tokens.at(-1)?.at ?? 0) + 1,
    table: named.length === 0 ? undefined : named.map(({ key }) => key).join(' '),
    expressions: colon === -1 ? undefined : itemsIn(inner.slice(colon + 1)).map((item) => textOf(sql, item)),
  };
}

function textOf(sql: string, item: readonly Token[]): string {
  const [first, last] = [item[0], item.at(-1)];
  return first === undefined || last === undefined ? '' : sql.slice(first.at, last.at + last.text.length);
}

/** Fills in the placeholders. Throws StarloadError where `conditionOf` returns no condition. */
export function fillAffected(
  statement: NamedSql,
  conditionOf: (placeholder: Placeholder) => string | undefined,
): NamedSql {
  let [sql, from] = ['', 0];
  for (const placeholder of placeholdersIn(statement)) {
    const condition = conditionOf(placeholder);
    if (condition === undefined) {
      const text = statement.sql.slice(placeholder.from, placeholder.to);
      throw new StarloadError(`${lineOf(statement, placeholder.from)}: ${text} does not fit a table of the model`, {
        next: 'Write {affected: a, b}, in a check of the star {affected table: a, b}, with one column for each of the key of a current or star table.',
      });
    }
    sql += `${statement.sql.slice(from, placeholder.from)}${condition}`;
    from = placeholder.to;
  }
  return { ...statement, sql: sql + statement.sql.slice(from) };
}

/** Whether a placeholder names a value for each column of a table's key, with or without one for its time. */
export function fits(table: Keyed, expressions: readonly string[] | undefined): boolean {
  return expressions === undefined || [table.key.length, reachOf(table).length].includes(expressions.length);
}

/** The columns of a table's key and its time, as conditions of its own statements name them. */
export function ownKey({ name, key, time }: Keyed & { readonly name: string }): readonly string[] {
  const prefix = key.length === 1 ? '' : `${quoteIdentifier(name)}.`;
  return reachOf({ key, time }).map((column) => `${prefix}${quoteIdentifier(column)}`);
}

/**
 * The condition that expressions have the values of an affected key of a table and, if they name it, a time that is
 * not before the first affected one. That takes nothing from what has to qualify: it lets engines pass over most of history.
 */
export function isAffected(table: Keyed, keys: AffectedKeys, expressions: readonly string[]): string {
  const { key, time } = table;
  const at = time === undefined ? -1 : reachOf(table).indexOf(time);
  const [column, expression] = [keys.columns[at], expressions[at]];
  const member = isMember({ ...keys, columns: keys.columns.slice(0, key.length) }, expressions);
  return column === undefined || expression === undefined
    ? member
    : `${member} AND ${isFrom({ ...keys, columns: [column] }, expression)}`;
}

/**
 * No upper bound: PostgreSQL takes a range whose ends it does not know for a two-hundredth of a table (selfuncs.h,
 * DEFAULT_RANGE_INEQ_SEL), and joins what it so believes to be a row or two in nested loops.
 */
function isFrom({ rows, columns }: AffectedKeys, expression: string): string {
  const own = `keys_affected.${quoteIdentifier(columns[0] ?? '')}`;
  return `${expression} >= (SELECT MIN(${own}) FROM ${rows} keys_affected)`;
}

/** Several columns get names inside that no expression can mean by accident. */
function isMember({ rows, columns }: AffectedKeys, expressions: readonly string[]): string {
  const own = columns.map((column) => `keys_affected.${quoteIdentifier(column)}`);
  if (own.length === 1) {
    return `${expressions[0]} IN (SELECT ${own[0]} FROM ${rows} keys_affected)`;
  }
  const named = own.map((column, at) => `${column} AS starload_key_${at}`);
  const equal = own.map((_, at) => `affected_keys.starload_key_${at} = ${expressions[at]}`);
  return `EXISTS (SELECT 1 FROM (SELECT ${named.join(', ')} FROM ${rows} keys_affected) affected_keys WHERE ${equal.join(' AND ')})`;
}
