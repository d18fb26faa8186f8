import type { Part } from '../../objects/part.ts';
import { type Column, loadedColumns, type Table } from '../../sql/catalogue.ts';
import { quoteIdentifier } from '../../sql/render.ts';
import type { Mapping } from '../warehouse.ts';

/** The largest record the framer lets through is smaller, so that this limit of the JSON reader is never met. */
const MAXIMUM_OBJECT_SIZE = 32 * 1024 * 1024;

/** An INSERT that reads parts, and the values of its parameters. */
export interface CopyStatement {
  readonly sql: string;
  readonly paths: readonly string[];
  readonly parts: readonly Part[];
}

/** What stands in the error that refuses a value; the record is then looked for in the files. */
export const REFUSED_VALUE = 'starload: a value does not fit its column';

/**
 * The statements that load parts into a table, one for each compression. A record's values are taken as text, as COPY
 * takes them, and then held to the column's type and, for text, to its length in bytes.
 */
export function copyStatements(table: Table, parts: readonly Part[], mapping: Mapping): readonly CopyStatement[] {
  const columns = loadedColumns(table);
  const { paths, slots } = layOut(columns, mapping);
  return (['none', 'gzip'] as const).flatMap((compression) => {
    const group = parts.filter((part) => part.compression === compression);
    const reader = compression === 'gzip' ? 'gzip' : 'uncompressed';
    const sql = `INSERT INTO ${quoteIdentifier(table.name)} (${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})
SELECT ${columns.map((column, index) => typed(column, slots[index] ?? [])).join(', ')}
FROM (
  SELECT json_extract_string(json, $paths) AS v
  FROM read_ndjson_objects($files, compression = '${reader}', maximum_object_size = ${MAXIMUM_OBJECT_SIZE})
) records`;
    return group.length === 0 ? [] : [{ sql, paths, parts: group }];
  });
}

/** All paths to read from a record, as JSON pointers, and for each column the places (from 1) its value may stand in. */
function layOut(
  columns: readonly Column[],
  mapping: Mapping,
): { paths: readonly string[]; slots: readonly number[][] } {
  const paths: string[] = [];
  const slots = columns.map(({ name }, index) => {
    const found =
      mapping.kind === 'paths' ? [mapping.paths[index] ?? []] : (mapping.spellings.get(name) ?? []).map((key) => [key]);
    return found.map((path) => paths.push(pointer(path)));
  });
  // The list of paths must not be empty.
  return { paths: paths.length === 0 ? ['/'] : paths, slots };
}

/** RFC 6901. */
function pointer(path: readonly (string | number)[]): string {
  return path.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A record's value for a column, held to its type. A record has at most one of a key's spellings: the framer sees to it. */
function typed(column: Column, slots: readonly number[]): string {
  const text =
    slots.length === 0 ? 'CAST(NULL AS VARCHAR)' : `COALESCE(${slots.map((slot) => `v[${slot}]`).join(', ')})`;
  const refuse = `error('${REFUSED_VALUE}')`;
  if (column.type === 'varchar') {
    return `CASE WHEN strlen(${text}) > ${column.maxBytes} THEN ${refuse} ELSE ${text} END`;
  }
  const { pattern, type, finite } = NUMERIC[column.type as keyof typeof NUMERIC];
  const fits = `regexp_full_match(${text}, '${pattern}')${finite ? ` AND isfinite(CAST(${text} AS ${type}))` : ''}`;
  return `CASE
  WHEN ${text} IS NULL OR regexp_full_match(${text}, '\\s*') THEN NULL
  WHEN ${fits} THEN CAST(${text} AS ${type})
  ELSE CAST(${refuse} AS ${type})
END`;
}

/** The texts that are values of a type. In a whole number a fraction of zeros is let pass: `1540919166796.0`. */
const NUMERIC = {
  bigint: { pattern: '[+-]?[0-9]+([.]0+)?', type: 'BIGINT', finite: false },
  double: { pattern: '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?', type: 'DOUBLE', finite: true },
  timestamp: {
    pattern: '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?',
    type: 'TIMESTAMP',
    finite: true,
  },
} as const;
