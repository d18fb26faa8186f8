import { RelationScan } from './relations.ts';
import { quoteIdentifier } from './render.ts';
import { rewritten, type Token, tokenize } from './tokens.ts';
import type { NamedSql } from './written.ts';

/**
 * A statement with some tables replaced by others. A name is a table's if it is in the place of one or before a dot,
 * unless the statement gives that name to something else. Columns and aliases of the same name are not changed. The new
 * names are inserted unchanged, so quote them.
 */
export function renameTables(sql: string, names: ReadonlyMap<string, string>): string {
  const tokens = tokenize(sql);
  const { tables, given } = new RelationScan(tokens).relations();
  const places = new Set(tables.map(({ token }) => token));
  return rewritten(sql, tokens, (token, at) => {
    const isPrefix = tokens[at + 1]?.key === '.' && tokens[at - 1]?.key !== '.' && !given.has(token.key);
    return places.has(token) || isPrefix ? names.get(token.key) : undefined;
  });
}

/** Words that can follow a table in FROM without being its alias. */
const NO_ALIAS = new Set(
  'where group having order limit offset fetch union except intersect minus on using join inner left right full cross natural window qualify'.split(
    ' ',
  ),
);

/**
 * A statement that reads queries, each on one line and in parentheses, in place of some tables. A table without an alias
 * gets its own name as one, so that columns can be named by it as before.
 */
export function insertSources(statement: NamedSql, queries: ReadonlyMap<string, string>): NamedSql {
  const tokens = tokenize(statement.sql);
  const places = new Set(new RelationScan(tokens).relations().tables.map(({ token }) => token));
  const sql = rewritten(statement.sql, tokens, (token, at) => {
    const query = places.has(token) ? queries.get(token.key) : undefined;
    if (query === undefined) return undefined;
    return isAlias(tokens[at + 1]) ? query : `${query} ${quoteIdentifier(token.key)}`;
  });
  return { ...statement, sql };
}

function isAlias(token: Token | undefined): boolean {
  return token?.kind === 'quoted' || (token?.kind === 'word' && !NO_ALIAS.has(token.key));
}
