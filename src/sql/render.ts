import { rewritten, tokenize } from './tokens.ts';

/**
 * The values of the placeholders in sql/. `{now}` is the run's stamp. `{since}` is where its rows begin. `{base}`, for
 * a load's guard, is the condition on the ledger rows on which its plan was based; if absent, any row will do.
 */
export interface Stamps {
  readonly now: string;
  readonly since: string;
  readonly base?: string | undefined;
}

/** The stamp before all stamps. A run since then covers all of staging. */
export const BEGINNING = "TIMESTAMP '1970-01-01 00:00:00'";

/** Replaces a statement's placeholders, outside of comments and literals. */
export function render(sql: string, { now, since, base = '1 = 1' }: Stamps): string {
  const values = new Map([
    ['now', now],
    ['since', since],
    ['base', base],
  ]);
  const tokens = tokenize(sql);
  const valueAt = (at: number): string | undefined =>
    tokens[at]?.key === '{' && tokens[at + 2]?.key === '}' ? values.get(tokens[at + 1]?.text ?? '') : undefined;
  return rewritten(sql, tokens, (_, at) =>
    valueAt(at - 1) === undefined && valueAt(at - 2) === undefined ? valueAt(at) : '',
  );
}

/** An identifier, quoted for any engine. All names of this project are lower case, which every engine keeps. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text literal, quoted for any engine. Redshift reads a backslash in a literal as an escape (Database Developer
 * Guide, pattern matching), the others do not. So neither a backslash nor a control character can be written portably.
 * Throws TypeError for these.
 */
export function quoteLiteral(text: string): string {
  if (/[\\\p{Cc}]/u.test(text)) {
    throw new TypeError('a literal with a backslash or a control character is not read the same way by every engine');
  }
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The text of a comment, quoted for COMMENT ON. A backslash is doubled on Redshift, where it is an escape in literals:
 * that ends no literal, even if it were none. On PostgreSQL, E'…' means the same whatever standard_conforming_strings
 * is. Throws TypeError for control characters.
 */
export function quoteComment(text: string, engine: string): string {
  const [first = '', ...others] = text.split('\\').map(quoteLiteral);
  const between = engine === 'duckdb' ? '\\' : '\\\\';
  const quoted = [first, ...others].map((part) => part.slice(1, -1)).join(between);
  return `${engine === 'postgres' && others.length > 0 ? 'E' : ''}'${quoted}'`;
}
