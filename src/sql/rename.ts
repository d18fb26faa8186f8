import { RelationScan } from './relations.ts';
import { rewritten, tokenize } from './tokens.ts';

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
