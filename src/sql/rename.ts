import { RelationScan } from './relations.ts';
import { rewritten, tokenize } from './tokens.ts';

/**
 * A statement in which other tables take the place of some. A name is a table's where one must stand, and before a dot,
 * unless the statement gives that name to something else; columns and aliases of the same name stay. The names that are given
 * are put in as they are, so quote them.
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
