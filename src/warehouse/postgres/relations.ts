import { toRelations } from '../relations.ts';
import type { Relation, ResultSet } from '../warehouse.ts';

/**
 * Asks what stands under some names ($2) in a schema ($1). An owner is no stranger who owns the schema or the database, or
 * is a role of which this user is a member; of a superuser, who is a member of all, that says nothing. A table takes the
 * name of a type too, so types count that are no table's own; array types do not, since PostgreSQL renames them.
 */
export const RELATIONS = `SELECT c.relname, CAST(c.relkind AS TEXT),
  CASE
    WHEN c.relowner IN (me.oid, n.nspowner, d.datdba) THEN NULL
    WHEN pg_has_role(c.relowner, 'USAGE') AND NOT me.rolsuper THEN NULL
    ELSE pg_get_userbyid(c.relowner)
  END,
  a.attname, format_type(a.atttypid, NULL), CASE WHEN a.atttypid = 1043 AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
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

/** pg_class.relkind as DROP has it. */
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

/** What it answers. */
export function readRelations({ rows }: ResultSet): readonly Relation[] {
  return toRelations(rows, KINDS);
}
