import { fileOf, lineOf, type NamedSql } from './written.ts';

/** The place of what a pattern finds in a statement: its file, and the line if it is found. */
export function placeIn(statement: NamedSql, pattern: RegExp): string {
  const at = statement.sql.search(pattern);
  return at === -1 ? fileOf(statement) : lineOf(statement, at);
}
