import { determinesTime } from './carried.ts';
import type { Column, Table } from './catalogue.ts';
import { quoteIdentifier, quoteLiteral } from './render.ts';
import { withoutComments } from './tokens.ts';

const REPEATED = /^ *-- for each (staging|star) table\n(.*?)^ *-- end$/ms;

/**
 * Repeats the part of a statement that stands between `-- for each staging table`, or star table, and `-- end` for each of
 * these tables, joined by UNION ALL. `{table}` is the table's quoted name, `{table_name}` the name as a text, `{key}` the
 * columns of its key, `{key_text}` their values as a text, and `{affected}` is held to this table; if its key could have
 * rows of several times, to none of these. The repetitions stand on the line of `-- end`, so that the other lines keep their
 * numbers.
 */
export function forEachTable(sql: string, tables: readonly Table[]): string {
  return sql.replace(REPEATED, (_, role: string, part: string) => {
    const [first = '', ...others] = tables
      .filter((table) => table.role === role)
      .map((table) => filledIn(part, table, tables));
    return `\n${first}${others.map((other) => `UNION ALL ${oneLine(other)}`).join(' ')}`;
  });
}

/** Fills in the name of a table. */
export function ofTable(sql: string, table: string): string {
  return sql.replaceAll('{table}', () => quoteIdentifier(table)).replaceAll('{table_name}', () => quoteLiteral(table));
}

function filledIn(part: string, table: Table, tables: readonly Table[]): string {
  const { name, key, columns } = table;
  const everyTime = determinesTime(table, tables) ? '' : `: ${key.map(quoteIdentifier).join(', ')}`;
  const keys = columns.filter((column) => key.includes(column.name));
  return ofTable(part, name)
    .replaceAll('{affected}', () => `{affected ${name}${everyTime}}`)
    .replaceAll('{key}', () => keys.map((column) => quoteIdentifier(column.name)).join(', '))
    .replaceAll('{key_text}', () => keys.map(asText).join(" || ', ' || "));
}

/** Redshift casts no BOOLEAN to text, and holds no text longer than 65,535 bytes. */
function asText({ name, type, sqlType }: Column): string {
  const column = quoteIdentifier(name);
  if (['BOOLEAN', 'BOOL'].includes(sqlType)) return `CASE WHEN ${column} THEN 'true' ELSE 'false' END`;
  return type === 'varchar' ? `LEFT(${column}, 100)` : `CAST(${column} AS VARCHAR(40))`;
}

function oneLine(sql: string): string {
  return withoutComments(sql)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}
