/** What an engine says for the two placeholders of sql/: `{now}`, the run's stamp, and `{since}`, where its rows begin. */
export interface Stamps {
  readonly now: string;
  readonly since: string;
}

/** The stamp before every stamp: a run since then covers all of staging. */
export const BEGINNING = "TIMESTAMP '1970-01-01 00:00:00'";

/** Fills a statement's placeholders. */
export function render(sql: string, { now, since }: Stamps): string {
  return sql.replaceAll('{now}', now).replaceAll('{since}', since);
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
    throw new TypeError('a backslash or a control character cannot stand in a literal that every engine reads alike');
  }
  return `'${text.replaceAll("'", "''")}'`;
}
