import { quoteIdentifier, quoteLiteral } from './render.ts';
import { withoutComments } from './tokens.ts';

const REPEATED = /^ *-- for each staging table\n(.*?)^ *-- end$/ms;

/**
 * Repeats the part of a statement that stands between `-- for each staging table` and `-- end` for each of the tables,
 * joined by UNION ALL. `{table}` is the table's quoted name, `{table_name}` the name as a text. The repetitions stand on
 * the line of `-- end`, so that the other lines keep their numbers.
 */
export function forEachStagingTable(sql: string, tables: readonly string[]): string {
  return sql.replace(REPEATED, (_, part: string) => {
    const [first = '', ...others] = tables.map((table) => ofTable(part, table));
    return `\n${first}${others.map((other) => `UNION ALL ${oneLine(other)}`).join(' ')}`;
  });
}

/** Fills in the name of a table. */
export function ofTable(sql: string, table: string): string {
  return sql.replaceAll('{table}', () => quoteIdentifier(table)).replaceAll('{table_name}', () => quoteLiteral(table));
}

function oneLine(sql: string): string {
  return withoutComments(sql)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}
