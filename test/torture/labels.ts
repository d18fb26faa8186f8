/** A short name for a mark of a loader (marks.mjs), or for a statement: what it does to which table. */
export function labelOf(mark: string): string {
  const [, when = '', text = ''] = /^([>~<!] )?(.*)$/s.exec(mark) ?? [];
  const [, request] = /^(S3 \w+) /.exec(text) ?? [];
  return `${when}${request === undefined ? statementLabel(text) : requestLabel(text, request)}`;
}

function requestLabel(text: string, method: string): string {
  const folders = ['log_data', 'song_data', 'work'].filter((name) => text.includes(`/${name}`));
  return `${method} ${folders[0] ?? ''}`.trim();
}

const VERBS =
  /^(BEGIN|COMMIT|ROLLBACK|LOCK|UPDATE|INSERT INTO|DELETE FROM|CREATE TEMP TABLE|COPY|ANALYZE|SET|USE)\b(?: TABLE)? ?"?(\w*)/;

function statementLabel(sql: string): string {
  const text = sql
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/(?:"[^"]*"|\btemp\.main|\bpg_temp)\.(?=["\w])/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const [, guard] = /'starload (guard: \w+)/.exec(text) ?? [];
  const [, verb, table = ''] = VERBS.exec(text) ?? [];
  if (guard !== undefined || verb === undefined) {
    return guard ?? (/^(SELECT|WITH)\b/.test(text) ? `SELECT ${tablesOf(text)}`.trim() : text.slice(0, 40));
  }
  return verb === 'SET' || verb === 'USE' ? verb : `${verb} ${table}`.trim();
}

function tablesOf(sql: string): string {
  const tables = [...sql.matchAll(/\b(?:FROM|JOIN)\s+"?([a-z]\w*)/g)].map(([, table]) => table);
  return [...new Set(tables)].slice(0, 2).join(', ');
}
