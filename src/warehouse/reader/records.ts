import type { Part } from '../../objects/part.ts';
import { type Column, loadedColumns, type Table } from '../../sql/catalogue.ts';
import type { Mapping } from '../warehouse.ts';

/** The largest record the framer lets through is smaller, so that this limit of the JSON reader is never met. */
const MAXIMUM_OBJECT_SIZE = 16 * 1024 * 1024;

/** A SELECT, for the embedded DuckDB, of a table's loaded columns from parts. Its parameters are `$paths` and `$files`. */
export interface RecordsQuery {
  readonly sql: string;
  readonly paths: readonly string[];
  readonly parts: readonly Part[];
}

/** What stands in the error that refuses a value; the record is then looked for in the files. */
export const REFUSED_VALUE = 'starload: a value does not fit its column';

/**
 * The queries that read parts, one for each compression. A record's values are taken as text, as COPY takes them, and then
 * held to the column's type and, for text, to its length in bytes.
 */
export function recordQueries(table: Table, parts: readonly Part[], mapping: Mapping): readonly RecordsQuery[] {
  const { paths, values } = layOut(loadedColumns(table), mapping);
  return (['none', 'gzip'] as const).flatMap((compression) => {
    const group = parts.filter((part) => part.compression === compression);
    const reader = compression === 'gzip' ? 'gzip' : 'uncompressed';
    // A folder named like json=1 would otherwise be a column of every record.
    const sql = `SELECT ${values.join(', ')}
FROM (
  SELECT json_extract_string(json, $paths) AS v
  FROM read_ndjson_objects($files, compression = '${reader}', maximum_object_size = ${MAXIMUM_OBJECT_SIZE}, hive_partitioning = false)
) records`;
    return group.length === 0 ? [] : [{ sql, paths, parts: group }];
  });
}

/** All paths to read from a record, as JSON pointers, and each column's value, which stands in one of its own. */
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

/** A record's value for a column, held to its type. A record has at most one of a key's spellings: the framer sees to it. */
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

/** Blanks beyond the column's bytes are cut, as SQL has it for character types; anything else there is refused. */
function fitted(text: string, maxBytes: number, refuse: string): string {
  const trimmed = `rtrim(${text}, ' ')`;
  return `CASE
  WHEN ${text} IS NULL OR strlen(${text}) <= ${maxBytes} THEN ${text}
  WHEN strlen(${trimmed}) <= ${maxBytes} THEN ${trimmed} || repeat(' ', ${maxBytes} - strlen(${trimmed}))
  ELSE ${refuse}
END`;
}

/** The texts that are values of a type. */
const NUMERIC = {
  bigint: { pattern: '[+-]?[0-9]+', type: 'BIGINT', finite: false },
  double: { pattern: '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?', type: 'DOUBLE', finite: true },
  timestamp: {
    pattern: '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?',
    type: 'TIMESTAMP',
    finite: true,
  },
} as const;
