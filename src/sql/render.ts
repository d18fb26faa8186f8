/**
 * What the placeholders of sql/ mean: `{now}`, the run's stamp, `{since}`, where its rows begin, and, for a load's guard,
 * `{base}`, the condition on the rows of the ledger that its plan was made on; absent, any row will do.
 */
export interface Stamps {
  readonly now: string;
  readonly since: string;
  readonly base?: string | undefined;
}

/** The stamp before every stamp: a run since then covers all of staging. */
export const BEGINNING = "TIMESTAMP '1970-01-01 00:00:00'";

/** Fills a statement's placeholders. */
export function render(sql: string, { now, since, base = '1 = 1' }: Stamps): string {
  // A function, since a text may hold what replaceAll takes for a pattern.
  return sql
    .replaceAll('{now}', now)
    .replaceAll('{since}', since)
    .replaceAll('{base}', () => base);
}

/** An identifier, quoted for any engine. All names of this project are lower case, which every engine keeps. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text literal, quoted for any engine. Redshift reads a backslash in a literal as an escape (Database Developer Guide,
 * pattern matching), the others do not, so that a backslash, like a control character, cannot be written portably.
 * Throws TypeError on one.
 */
export function quoteLiteral(text: string): string {
  if (/[\\\p{Cc}]/u.test(text)) {
    throw new TypeError('a literal with a backslash or a control character is not read the same way by every engine');
  }
  return `'${text.replaceAll("'", "''")}'`;
}
