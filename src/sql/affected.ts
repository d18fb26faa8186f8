import { StarloadError } from '../errors.ts';
import { quoteIdentifier } from './render.ts';
import { fileOf, type NamedSql } from './written.ts';

/** The keys of a table whose rows a load changes: what to read them from, and its columns in the order of the key's. */
export interface AffectedKeys {
  /** A table's quoted name, or a query in parentheses. */
  readonly rows: string;
  readonly columns: readonly string[];
}

/** A condition that holds for all rows. */
export const ALL_ROWS = '1 = 1';

const PLACEHOLDER = /\{affected\b(?: +(\w+))?(?: *: *([^}]*))?\}/g;

/** Whether a SELECT says itself where it is held to the keys that a load affects. */
export function namesAffected(sql: string): boolean {
  return sql.search(PLACEHOLDER) !== -1;
}

/**
 * Fills in `{affected}`, `{affected: a.x, a.y}` and `{affected table: …}`. `conditionOf` returns the condition for the
 * table that is named, if one is, and for the expressions that have the values of its key, if they are listed. Throws
 * StarloadError where it returns none.
 */
export function fillAffected(
  statement: NamedSql,
  conditionOf: (table: string | undefined, expressions: readonly string[] | undefined) => string | undefined,
): NamedSql {
  const sql = statement.sql.replace(PLACEHOLDER, (placeholder, table: string | undefined, list: string | undefined) => {
    const condition = conditionOf(
      table,
      list?.split(',').map((one) => one.trim()),
    );
    if (condition === undefined) {
      throw new StarloadError(`${fileOf(statement)}: ${placeholder} does not fit a table of the model`, {
        next: 'Write {affected: a, b}, in a check {affected table: a, b}, with one column for each of the key of a current or star table.',
      });
    }
    return condition;
  });
  return { ...statement, sql };
}

/** The columns of a table's key, as conditions of its own statements name them. */
export function ownKey({ name, key }: { readonly name: string; readonly key: readonly string[] }): readonly string[] {
  const prefix = key.length === 1 ? '' : `${quoteIdentifier(name)}.`;
  return key.map((column) => `${prefix}${quoteIdentifier(column)}`);
}

/** The condition that expressions have the values of an affected key. */
export function isAffected({ rows, columns }: AffectedKeys, expressions: readonly string[]): string {
  const own = columns.map((column) => `keys_affected.${quoteIdentifier(column)}`);
  return own.length === 1
    ? `${expressions[0]} IN (SELECT ${own[0]} FROM ${rows} keys_affected)`
    : `EXISTS (SELECT 1 FROM ${rows} keys_affected WHERE ${own.map((column, at) => `${column} = ${expressions[at]}`).join(' AND ')})`;
}
