import type { Part } from '../../objects/part.ts';
import { type Column, loadedColumns, type Table } from '../../sql/catalogue.ts';
import type { Mapping } from '../warehouse.ts';

/** The framer's record limit is lower, so no record reaches this limit of the JSON reader. */
const MAXIMUM_OBJECT_SIZE = 16 * 1024 * 1024;

/**
 * A SELECT for the embedded DuckDB that reads a table's loaded columns from parts. Its parameters are `$paths` and
 * `$files`.
 */
export interface RecordsQuery {
  readonly sql: string;
  readonly paths: readonly string[];
  readonly parts: readonly Part[];
}

/** Marks the error that refuses a value. The record is then searched for in the files. */
export const REFUSED_VALUE = 'starload: a value does not fit its column';

/**
 * The queries that read parts, one for each compression; those of this machine have no other. They take a record's values as text, like COPY, and then check
 * them against the column's type and, for text, its length in bytes.
 */
export function recordQueries(table: Table, parts: readonly Part[], mapping: Mapping): readonly RecordsQuery[] {
  const { paths, values } = layOut(loadedColumns(table), mapping);
  return (['none', 'gzip'] as const).flatMap((compression) => {
    const group = parts.filter((part) => part.compression === compression);
    const reader = compression === 'gzip' ? 'gzip' : 'uncompressed';
    // Otherwise, a folder with a name such as json=1 would become a column of every record.
    const sql = `SELECT ${values.join(', ')}
FROM (
  SELECT json_extract_string(json, $paths) AS v
  FROM read_ndjson_objects($files, compression = '${reader}', maximum_object_size = ${MAXIMUM_OBJECT_SIZE}, hive_partitioning = false)
) records`;
    return group.length === 0 ? [] : [{ sql, paths, parts: group }];
  });
}

/**
 * All paths to read from a record, as JSON pointers, and for each column the positions of the paths that may hold its
 * value.
 */
function layOut(columns: readonly Column[], mapping: Mapping): { paths: readonly string[]; values: readonly string[] } {
  const paths: string[] = [];
  const values = columns.map((column, index) => {
    const keys =
      mapping.kind === 'keys' ? mapping.keys.slice(index, index + 1) : (mapping.spellings.get(column.name) ?? []);
    return typed(
      column,
      keys.map((key) => paths.push(pointer(key))),
    );
  });
  // The list of paths must not be empty.
  return { paths: paths.length === 0 ? ['/'] : paths, values };
}

/** RFC 6901. */
function pointer(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * A record's value for a column, checked against its type. The framer ensures that a record has at most one spelling of
 * a key.
 */
function typed(column: Column, slots: readonly number[]): string {
  const text =
    slots.length === 0 ? 'CAST(NULL AS VARCHAR)' : `COALESCE(${slots.map((slot) => `v[${slot}]`).join(', ')})`;
  const refuse = `error('${REFUSED_VALUE}')`;
  if (column.type === 'varchar') {
    return fitted(text, column.maxBytes ?? 0, refuse);
  }
  const { pattern, type, finite } = NUMERIC[column.type as keyof typeof NUMERIC];
  const fits = `regexp_full_match(${text}, '${pattern}')${finite ? ` AND isfinite(CAST(${text} AS ${type}))` : ''}`;
  return `CASE
  WHEN ${text} IS NULL OR regexp_full_match(${text}, '[\\x09-\\x0d ]*') THEN NULL
  WHEN ${fits} THEN CAST(${text} AS ${type})
  ELSE CAST(${refuse} AS ${type})
END`;
}

/**
 * Blanks beyond the column's length in bytes are cut, as SQL specifies for character types. Anything else there is
 * refused.
 */
function fitted(text: string, maxBytes: number, refuse: string): string {
  const trimmed = `rtrim(${text}, ' ')`;
  return `CASE
  WHEN ${text} IS NULL OR strlen(${text}) <= ${maxBytes} THEN ${text}
  WHEN strlen(${trimmed}) <= ${maxBytes} THEN ${trimmed} || repeat(' ', ${maxBytes} - strlen(${trimmed}))
  ELSE ${refuse}
END`;
}

/** The texts that are valid values of a type. */
const NUMERIC = {
  bigint: { pattern: '[+-]?[0-9]+', type: 'BIGINT', finite: false },
  double: { pattern: '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?', type: 'DOUBLE', finite: true },
  timestamp: {
    pattern: '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?',
    type: 'TIMESTAMP',
    finite: true,
  },
} as const;
