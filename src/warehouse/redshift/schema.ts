import type { Places } from '../../sql/qualify.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/render.ts';
import { WarehouseError } from '../errors.ts';
import { toRelations } from '../relations.ts';
import type { Relation, ResultSet } from '../warehouse.ts';

/**
 * A session's search path: Redshift's own functions and views. If the path does not name temporary tables, they are
 * found before all others (Database Developer Guide, search_path), so they need no qualification.
 */
export const NOTHING_OF_OTHERS = 'pg_catalog';

/** Run in a session with the user's own settings. */
export const FIRST_OF_PATH = 'SELECT current_schema() AS schema_name';

/** Reads the query's result. Throws WarehouseError if it is not a schema for tables. */
export function readFirstOfPath({ rows }: ResultSet): string {
  const name = rows[0]?.[0] ?? undefined;
  if (typeof name !== 'string' || /^(pg_.*|information_schema)$/.test(name)) {
    throw new WarehouseError('refused', `the search path begins with ${name ?? 'no schema that the user may use'}`, {
      next: 'Name a schema for the tables: DB_SCHEMA under [CLUSTER] in dwh.cfg.',
    });
  }
  return name;
}

/** The prefixes of table names. */
export function placesOf(schema: string): Places {
  return { tables: `${quoteIdentifier(schema)}.`, temporary: '' };
}

/** A query for whether a schema exists. */
export function schemaExistsSql(schema: string): string {
  return `SELECT COUNT(*) AS schemas FROM pg_catalog.pg_namespace WHERE nspname = ${quoteLiteral(schema)}`;
}

/** A query for the objects with certain names in a schema, as far as the user may see them. */
export function relationsSql(schema: string, names: readonly string[]): string {
  return `SELECT t.table_name, t.table_type, NULL AS stranger, c.column_name,
  CASE WHEN c.data_type = 'numeric' AND c.numeric_scale IS NOT NULL
    THEN 'numeric(' || CAST(c.numeric_precision AS VARCHAR(2)) || ',' || CAST(c.numeric_scale AS VARCHAR(2)) || ')'
    ELSE c.data_type END,
  c.character_maximum_length,
  CASE WHEN LOWER(c.is_nullable) = 'no' AND c.column_default IS NULL THEN 1 ELSE 0 END AS is_required
FROM svv_tables t
LEFT JOIN svv_columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
WHERE t.table_schema = ${quoteLiteral(schema)} AND t.table_name IN (${names.map(quoteLiteral).join(', ')})
ORDER BY t.table_name, c.ordinal_position`;
}

const KINDS: Readonly<Record<string, string>> = { 'BASE TABLE': 'table', TABLE: 'table' };

/** Fails unless all of these names in a schema are those of ordinary tables. */
export function tablesGuardSql(schema: string, names: readonly string[]): string {
  return `SELECT CAST(CASE WHEN COUNT(*) = ${names.length} THEN '0' ELSE 'starload guard: tables' END AS INTEGER) AS passed
FROM svv_tables
WHERE table_schema = ${quoteLiteral(schema)} AND table_name IN (${names.map(quoteLiteral).join(', ')})
  AND table_type IN (${Object.keys(KINDS).map(quoteLiteral).join(', ')})`;
}

/** Reads the query's result. */
export function readRelations({ rows }: ResultSet): readonly Relation[] {
  return toRelations(rows, KINDS);
}
