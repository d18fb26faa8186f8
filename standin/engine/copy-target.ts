import type pg from 'pg';
import type { CopyStatement } from './copy-statement.ts';
import type { TargetColumn } from './copy-values.ts';
import { quote, refusal } from './reader.ts';

/** The table that a COPY loads: the columns that come from the files, and the INSERT that takes an array for each. */
export interface Target {
  readonly oid: number;
  readonly columns: readonly TargetColumn[];
  readonly insert: string;
}

interface Row {
  readonly oid: number;
  readonly name: string;
  readonly own: string;
  readonly base: string;
  readonly typmod: number;
  readonly full: string;
  readonly not_null: boolean;
}

const COLUMNS = `
SELECT CAST(a.attrelid AS integer) AS oid, a.attname AS name, t.typname AS own, COALESCE(b.typname, t.typname) AS base,
  CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END AS typmod, a.attnotnull AS not_null,
  CASE WHEN b.oid IS NULL THEN format_type(a.atttypid, a.atttypmod) ELSE 'redshift.' || t.typname END AS full
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum`;

/** Looks up the table. Throws EngineError if it, or a column, does not exist (COPY messages users have shown). */
export async function readTarget(client: pg.Client, { table, name, columns }: CopyStatement): Promise<Target> {
  const { rows } = await client.query<Row>(COLUMNS, [table]);
  if (rows[0] === undefined) throw refusal(`Cannot COPY into nonexistent table ${name}`);
  const wanted = (columns ?? rows.map((row) => row.name)).map((column) => {
    const row = rows.find((candidate) => candidate.name === column);
    if (row === undefined) throw refusal(`column "${column}" of relation "${name}" does not exist`);
    return row;
  });
  if (new Set(wanted).size < wanted.length) throw refusal('a column is listed more than once');
  return { oid: rows[0].oid, columns: wanted.map(describe), insert: insertInto(table, wanted) };
}

function insertInto(table: string, columns: readonly Row[]): string {
  const names = columns.map(({ name }) => quote(name)).join(', ');
  const values = columns.map(({ full }, index) => `CAST(v${index} AS ${full})`).join(', ');
  // A text does not convert to BOOLEAN here, as on Redshift, but a value from a file can.
  const arrays = columns
    .map(({ base }, index) => `CAST($${index + 1} AS ${base === 'bool' ? 'boolean' : 'text'}[])`)
    .join(', ');
  const aliases = columns.map((_, index) => `v${index}`).join(', ');
  return `INSERT INTO ${table} (${names}) SELECT ${values} FROM unnest(${arrays}) AS r (${aliases})`;
}

/** A column without a declared length, as CREATE TABLE AS makes it, takes the longest VARCHAR. */
const VARCHAR_MAX = 65_535;

function describe({ name, own, base, typmod, not_null: notNull }: Row): TargetColumn {
  const isChar = base === 'bpchar' && typmod > 0;
  const isText = base === 'bpchar' || base === 'text';
  const declared = own.startsWith('varchar_') ? Number(own.slice('varchar_'.length)) : VARCHAR_MAX;
  const length = isChar ? typmod - 4 : declared;
  return {
    name,
    type: isChar ? 'character' : isText ? 'bpchar' : base,
    length: isText ? length : undefined,
    precision: typmod < 0 ? 38 : ((typmod - 4) >> 16) & 0xffff,
    scale: typmod < 0 ? 37 : (typmod - 4) & 0x7ff,
    notNull,
  };
}
