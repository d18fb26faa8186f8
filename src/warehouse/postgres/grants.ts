/**
 * The GRANT statements, one a row, that give tables ($2) of a schema ($1) the privileges they have now: dropping a table
 * loses them, and analysts with it.
 */
export const GRANTS = `SELECT format('GRANT %s ON %I.%I TO %s%s', granted.privilege_type, n.nspname, c.relname,
  CASE WHEN granted.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(granted.grantee)) END,
  CASE WHEN granted.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(c.relacl) AS granted
WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind = 'r' AND granted.grantee <> c.relowner
  AND pg_has_role(c.relowner, 'USAGE')
ORDER BY 1`;
