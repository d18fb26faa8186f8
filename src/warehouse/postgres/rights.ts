/**
 * A query for an object that a statement uses ($1 its words, $2 its whole text) and that runs code written by a user of
 * the database, if this user may reach the server's files and programs. It returns no row unless this user is a
 * superuser or a member of a role with that access. Objects that initdb created have an OID below 16384; only a
 * superuser can have installed an extension's C functions.
 *
 * A view runs functions, and a foreign table runs programs. So can the expressions of indexes, constraints and
 * statistics, which the planner evaluates, those of policies, a domain's check, operators and casts. A table's child
 * tables may be foreign tables.
 */
export const CODE_OF_OTHERS = `WITH RECURSIVE written AS (
  SELECT p.oid, p.proname AS name
  FROM pg_proc p
  JOIN pg_language l ON l.oid = p.prolang
  WHERE p.oid >= 16384 AND NOT (l.lanname = 'c' AND p.prokind = 'f' AND EXISTS (
    SELECT 1 FROM pg_depend e WHERE e.classid = CAST('pg_proc' AS regclass) AND e.objid = p.oid AND e.deptype = 'e'))
),
risky AS (
  SELECT oid FROM written
  UNION
  SELECT oid FROM pg_proc WHERE provolatile = 'v'
),
tables AS (
  SELECT c.oid
  FROM pg_class c
  WHERE c.oid >= 16384 AND (c.relkind = 'f' OR c.relkind = 'v' AND NOT EXISTS (
    SELECT 1 FROM pg_depend e WHERE e.classid = CAST('pg_class' AS regclass) AND e.objid = c.oid AND e.deptype = 'e'))
  UNION
  SELECT COALESCE(i.indrelid, k.conrelid, y.polrelid, s.stxrelid)
  FROM pg_depend d
  JOIN written ON written.oid = d.refobjid
  LEFT JOIN pg_index i ON d.classid = CAST('pg_class' AS regclass) AND i.indexrelid = d.objid
  LEFT JOIN pg_constraint k ON d.classid = CAST('pg_constraint' AS regclass) AND k.oid = d.objid
  LEFT JOIN pg_policy y ON d.classid = CAST('pg_policy' AS regclass) AND y.oid = d.objid
  LEFT JOIN pg_statistic_ext s ON d.classid = CAST('pg_statistic_ext' AS regclass) AND s.oid = d.objid
  WHERE d.refclassid = CAST('pg_proc' AS regclass)
  UNION
  SELECT y.polrelid FROM pg_policy y JOIN pg_roles r ON r.rolname = current_user WHERE NOT r.rolsuper
  UNION
  SELECT h.inhparent FROM tables JOIN pg_inherits h ON h.inhrelid = tables.oid
),
used AS (
  SELECT name, 'the function ' || quote_ident(name) AS what FROM written
  UNION ALL
  SELECT c.relname, 'the relation ' || quote_ident(c.relname) FROM tables JOIN pg_class c ON c.oid = tables.oid
  UNION ALL
  SELECT typname, 'the domain ' || quote_ident(typname) FROM pg_type WHERE oid >= 16384 AND typtype = 'd'
)
SELECT what
FROM (
  SELECT what
  FROM used
  WHERE CASE WHEN lower(name) ~ '^[a-z_][a-z0-9_]*$' THEN lower(name) = ANY ($1)
    ELSE strpos(lower($2), lower(replace(name, '"', '""'))) > 0 END
  UNION ALL
  SELECT 'the operator ' || o.oprname
  FROM pg_operator o
  JOIN risky ON risky.oid = o.oprcode
  WHERE o.oid >= 16384 AND strpos($2, o.oprname) > 0
  UNION ALL
  SELECT 'a cast to ' || format_type(t.casttarget, NULL)
  FROM pg_cast t
  JOIN risky ON risky.oid = t.castfunc
  WHERE t.oid >= 16384
) found
WHERE EXISTS (
  SELECT 1
  FROM pg_roles r
  WHERE pg_has_role(r.oid, 'MEMBER')
    AND (r.rolsuper OR r.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files'))
)
ORDER BY what
LIMIT 1`;
