import { tokenize } from './tokens.ts';
import { linesIn, type NamedSql, wholeFile } from './written.ts';

/** When a row of a staging table was loaded. Every staging table has it as its last column. */
export const STAMP = 'loaded_at';
/** The keys of a record that no column takes, if they are kept. Every staging table has it before its stamp. */
export const RESCUED = 'rescued';
/** The number of a record's file in its run, as the ledger has it. Every staging table has it before `rescued`. */
export const SOURCE_FILE = 'source_file';
/** The line on which a record begins in its file. Every staging table has it after the file. */
export const SOURCE_LINE = 'source_line';
/** The columns that say which file and line a row comes from. */
export const SOURCE: ReadonlySet<string> = new Set([SOURCE_FILE, SOURCE_LINE]);

/** Whether a column says something about a row rather than of its record: nothing is derived from these. */
export function isAside(column: string): boolean {
  return SOURCE.has(column) || column === RESCUED;
}

/**
 * Adds the loader's own columns to a CREATE TABLE with one column per line. What does not end with the columns is returned
 * as it is. All have a DEFAULT, which fills them unless a COPY names them.
 */
export function withOwnColumns(create: string): string {
  const last = tokenize(create).at(-2);
  if (last === undefined || !create.endsWith('\n)')) {
    return create;
  }
  const end = last.at + last.text.length;
  const file = `${SOURCE_FILE} BIGINT DEFAULT NULL, -- The number of the file in its run, as in load_ledger, if the record was read one by one.`;
  const sourceLine = `${SOURCE_LINE} BIGINT DEFAULT NULL, -- The line of the file on which the record begins.`;
  const rescued = `${RESCUED} VARCHAR(65535) DEFAULT NULL, -- The keys that no column takes, as JSON, if they were kept.`;
  const stamp = `${STAMP} TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL -- When the row was loaded, in UTC.`;
  const columns = `${create.slice(0, end)},${create.slice(end, -2)}`;
  // A comment below the last column is not that of these.
  const apart = /\n\s*--[^\n]*$/.test(columns) ? '\n' : '';
  return `${columns}${apart}\n  ${[file, sourceLine, rescued, stamp].join('\n  ')}\n)`;
}

/**
 * The statements that create a table on an engine: its CREATE TABLE, in which only what concerns values differs from
 * engine to engine, and its physical design, if it has one. A design that begins with CREATE is statements of its own;
 * any other continues the CREATE TABLE.
 */
export function createOn(engine: string, create: NamedSql, design: NamedSql | undefined): Omit<NamedSql, 'name'> {
  const columns = (VALUES[engine] ?? same)(create.sql);
  const [whole] = create.written ?? [];
  const written = whole === undefined ? [] : wholeFile(whole.file, columns);
  if (design === undefined) {
    return { sql: columns, written };
  }
  const between = /^(?:--[^\n]*\n|\s)*CREATE\b/i.test(design.sql) ? ';\n' : '\n';
  const from = linesIn(columns) + 1;
  const own = (design.written ?? []).map(({ file }) => ({ file, from, to: from + linesIn(design.sql) - 1 }));
  return { sql: `${columns}${between}${design.sql}`, written: [...written, ...own] };
}

/** A column of text without a collation, up to the end of its type. */
const TEXT_COLUMN =
  /^([^\S\n]*\w+[^\S\n]+(?:VARCHAR|CHARACTER VARYING|CHAR|TEXT)\b(?:[^\S\n]*\([^)\n]*\))?)(?![^\S\n]*(?:\(|COLLATE\b))/gim;

const same = (sql: string) => sql;

/**
 * PostgreSQL compares text by its bytes, like the other engines, whatever the database's collation. Redshift's SYSDATE is
 * the start of the transaction; its CURRENT_TIMESTAMP is not for user tables (Database Developer Guide, SYSDATE).
 */
const VALUES: Readonly<Record<string, (sql: string) => string>> = {
  postgres: (sql) => sql.replace(TEXT_COLUMN, '$1 COLLATE "C"'),
  redshift: (sql) => sql.replace(/\bDEFAULT\s+CURRENT_TIMESTAMP\b/gi, 'DEFAULT SYSDATE'),
};
