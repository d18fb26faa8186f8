/**
 * The statements that restore the current privileges and row security of the tables ($2) of a schema ($1) once they are
 * recreated. Dropping a table loses them and shuts analysts out. Each row has a statement and, if it needs a column
 * that only the old table may have, that table and column. Privileges that a new table gets by default are revoked
 * first.
 */
export const GRANTS = `WITH old AS (
  SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE')
),
roles AS (
  SELECT oid, quote_ident(rolname) AS name FROM pg_roles
  UNION ALL
  SELECT 0, 'PUBLIC'
),
granted AS (
  SELECT old.name, old.relowner, CAST(NULL AS NAME) AS attname, acl.*
  FROM old
  CROSS JOIN LATERAL aclexplode(old.relacl) AS acl
  UNION ALL
  SELECT old.name, old.relowner, a.attname, acl.*
  FROM old
  JOIN pg_attribute a ON a.attrelid = old.oid AND NOT a.attisdropped
  CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
)
SELECT format('REVOKE ALL ON %s FROM %s', old.name, roles.name), NULL AS of_table, NULL AS of_column, 1 AS place
FROM old
JOIN pg_default_acl d ON d.defaclobjtype = 'r' AND d.defaclnamespace IN (0, old.relnamespace)
JOIN pg_roles me ON me.oid = d.defaclrole AND me.rolname = current_user
CROSS JOIN LATERAL aclexplode(d.defaclacl) AS acl
JOIN roles ON roles.oid = acl.grantee AND acl.grantee <> me.oid
UNION
SELECT format('GRANT %s%s ON %s TO %s%s', granted.privilege_type, ' (' || quote_ident(granted.attname) || ')',
  granted.name, roles.name, CASE WHEN granted.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END),
  granted.name, granted.attname, 2
FROM granted
JOIN roles ON roles.oid = granted.grantee AND granted.grantee <> granted.relowner
UNION
SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, old.name,
  CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
  CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
  (SELECT string_agg(roles.name, ', ') FROM roles WHERE roles.oid = ANY (p.polroles)),
  ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
  ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
  NULL, NULL, 3
FROM old
JOIN pg_policy p ON p.polrelid = old.oid
UNION
SELECT format('ALTER TABLE %s %s ROW LEVEL SECURITY', old.name, wanted.what), NULL, NULL, 4
FROM old
JOIN (VALUES (TRUE, 'ENABLE'), (FALSE, 'FORCE')) AS wanted (enables, what)
  ON CASE WHEN wanted.enables THEN old.relrowsecurity ELSE old.relforcerowsecurity END
ORDER BY 4, 1`;

/** Whether a table ($1) has a column ($2). */
export const HAS_COLUMN = `SELECT EXISTS (
  SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped
)`;
