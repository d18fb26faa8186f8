/** The question at the beginning of a file in the model's folder queries. */
export function questionOf(sql: string): string {
  return sql.trimStart().split('\n')[0]?.replace(/^-- /, '') ?? '';
}
