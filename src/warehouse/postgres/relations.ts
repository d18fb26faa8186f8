import { toRelations } from '../relations.ts';
import type { Relation, ResultSet } from '../warehouse.ts';

/**
 * A query for the objects with certain names ($2) in a schema ($1). An owner is no stranger if it owns the schema or
 * the database, or is a role of which this user is a member. For a superuser, who is a member of all roles, membership
 * proves nothing. Tables and types share their names, so types count too, except those that belong to a table. Array
 * types do not count, because PostgreSQL renames them.
 */
export const RELATIONS = `SELECT c.relname, CAST(c.relkind AS TEXT),
  CASE
    WHEN c.relowner IN (me.oid, n.nspowner, d.datdba) THEN NULL
    WHEN pg_has_role(c.relowner, 'USAGE') AND NOT me.rolsuper THEN NULL
    ELSE pg_get_userbyid(c.relowner)
  END,
  a.attname, format_type(a.atttypid, CASE WHEN a.atttypid = 1700 THEN a.atttypmod END),
  CASE WHEN a.atttypid = 1043 AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
  CASE WHEN a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' THEN 1 ELSE 0 END, a.attnum
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_database d ON d.datname = current_database()
JOIN pg_roles me ON me.rolname = current_user
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relname = ANY ($2)
UNION ALL
SELECT t.typname, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = $1 AND t.typname = ANY ($2) AND t.typrelid = 0 AND t.typcategory <> 'A'
ORDER BY 1, 8`;

/** Maps pg_class.relkind to the object kind that DROP uses. */
const KINDS: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  S: 'sequence',
  i: 'index',
  I: 'index',
  c: 'type',
};

/** Reads the query's result. */
export function readRelations({ rows }: ResultSet): readonly Relation[] {
  return toRelations(rows, KINDS);
}
