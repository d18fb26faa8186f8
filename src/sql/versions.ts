import type { Column, Table } from './catalogue.ts';
import { isAside, STAMP } from './design.ts';
import { quoteIdentifier } from './render.ts';

/** The most bytes of text that one digest covers: Redshift holds no longer text (Database Developer Guide, VARCHAR). */
const MOST_BYTES = 65_000;
/** What goes before each value in a digest, at most: a length of up to five digits, and a colon. */
const PREFIX = 6;

/**
 * A query in parentheses, on one line: of a staging table's rows since `{since}`, the version of each key that counts. The
 * latest run's wins; within a run the row that is first by a rule on content, over all columns, which depends neither on
 * the order of the rows nor on collation. Trailing blanks of a key do not count, because Redshift ignores them.
 *
 * The rule is applied only to keys that come more than once: digests of a million rows take three times as long as
 * everything else that the query does (docs/decisions/0036-content-decides-only-where-it-must.md).
 */
export function versionsThatCount(table: Table): string {
  const { name } = table;
  const { columns, by, order } = orderOf(table);
  const names = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const counted = `(SELECT ${names}, COUNT(*) OVER (${by}) AS starload_versions FROM ${quoteIdentifier(name)} WHERE ${quoteIdentifier(STAMP)} >= {since}) counted`;
  const ranked = `(SELECT ${names}, ROW_NUMBER() OVER (${by} ORDER BY ${order}) AS starload_rank FROM ${counted} WHERE starload_versions > 1) versions`;
  return `(SELECT ${names} FROM ${counted} WHERE starload_versions = 1 UNION ALL SELECT ${names} FROM ${ranked} WHERE starload_rank = 1)`;
}

/** The place of a version among those of its record, from 1, the one that counts: an expression on rows with all of these. */
export function rankOf(table: Table): string {
  const { by, order } = orderOf(table);
  return `ROW_NUMBER() OVER (${by} ORDER BY ${order})`;
}

/** The columns of versions, by which of them records are told apart, and the order of their versions. */
function orderOf({ key, columns: all }: Table) {
  // Which version counts must not depend on its file, or on whether unknown keys were kept, so nobody reads these.
  const columns = all.filter((column) => !isAside(column.name));
  const partition = columns.filter((column) => key.includes(column.name)).map(comparable);
  const content = columns.filter(({ name, type }) => name !== STAMP && (type === 'varchar' || !key.includes(name)));
  const order = [`${quoteIdentifier(STAMP)} DESC`, ...contentOrder(content)].join(', ');
  return { columns, by: `PARTITION BY ${partition.join(', ')}`, order };
}

/** Text as it is compared: blanks at its end do not count. */
export function comparable({ name, type }: Pick<Column, 'name' | 'type'>): string {
  return type === 'varchar' ? `RTRIM(${quoteIdentifier(name)}, ' ')` : quoteIdentifier(name);
}

/** Text by digests, which no collation orders, then everything else by its value. */
function contentOrder(columns: readonly Column[]): readonly string[] {
  const others = columns.filter(({ type }) => type !== 'varchar');
  return [
    ...digests(columns.filter(({ type }) => type === 'varchar')),
    ...others.map(({ name, notNull }) => `${quoteIdentifier(name)}${notNull ? '' : ' NULLS LAST'}`),
  ];
}

/** Digests of texts in which NULL and '' differ and no two lists of values are alike. */
export function digests(texts: readonly Column[]): readonly string[] {
  const groups: { readonly columns: Column[]; bytes: number }[] = [];
  for (const column of texts) {
    const bytes = (column.maxBytes ?? MOST_BYTES) + PREFIX;
    const last = groups.at(-1);
    if (last === undefined || last.bytes + bytes > MOST_BYTES) {
      groups.push({ columns: [column], bytes });
    } else {
      last.columns.push(column);
      last.bytes += bytes;
    }
  }
  return groups.map(({ columns, bytes }) =>
    bytes > MOST_BYTES
      ? `MD5(${columns.map(({ name }) => quoteIdentifier(name)).join('')}) NULLS LAST`
      : `MD5(${columns.map(withLength).join(' || ')})`,
  );
}

function withLength({ name, notNull }: Column): string {
  const column = quoteIdentifier(name);
  const value = `CAST(LENGTH(${column}) AS VARCHAR(5)) || ':' || ${column}`;
  return notNull ? value : `COALESCE(${value}, '-')`;
}
