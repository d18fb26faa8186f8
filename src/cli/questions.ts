/** The question at the beginning of a file in sql/queries. */
export function questionOf(sql: string): string {
  return sql.trimStart().split('\n')[0]?.replace(/^-- /, '') ?? '';
}
