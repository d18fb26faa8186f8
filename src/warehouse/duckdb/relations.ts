import { toRelations } from '../relations.ts';
import type { Relation, ResultSet } from '../warehouse.ts';
import { literal, type OpenFile } from './connection.ts';

/** A query for the objects with certain names in the warehouse's schema. DuckDB ignores case in names. */
export function relationsSql({ database, schema }: Pick<OpenFile, 'database' | 'schema'>, names: readonly string[]) {
  return `SELECT t.table_name, t.table_type, NULL, lower(c.column_name), c.data_type, c.character_maximum_length,
  CASE WHEN c.is_nullable = 'NO' AND c.column_default IS NULL THEN 1 ELSE 0 END
FROM information_schema.tables t
LEFT JOIN information_schema.columns c
  ON c.table_catalog = t.table_catalog AND c.table_schema = t.table_schema AND c.table_name = t.table_name
WHERE t.table_catalog = ${literal(database)} AND lower(t.table_schema) = lower(${literal(schema)})
  AND lower(t.table_name) IN (${names.map((name) => `lower(${literal(name)})`).join(', ')})
ORDER BY t.table_name, c.ordinal_position`;
}

const KINDS: Readonly<Record<string, string>> = { 'BASE TABLE': 'table', VIEW: 'view' };

/** Reads the query's result, under the requested names. */
export function readRelations({ rows }: ResultSet, names: readonly string[]): readonly Relation[] {
  const asked = new Map(names.map((name) => [name.toLowerCase(), name]));
  return toRelations(rows, KINDS).map((relation) => ({
    ...relation,
    name: asked.get(relation.name.toLowerCase()) ?? relation.name,
  }));
}
