/** The question a file of sql/queries begins with. */
export function questionOf(sql: string): string {
  return sql.trimStart().split('\n')[0]?.replace(/^-- /, '') ?? '';
}
