/**
 * The GRANT statements, one a row, that give the tables of the current schema the privileges they have now: dropping a
 * table loses them, and analysts with it.
 */
export const GRANTS = `SELECT format('GRANT %s ON %I TO %s%s', granted.privilege_type, c.relname,
  CASE WHEN granted.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(granted.grantee)) END,
  CASE WHEN granted.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
CROSS JOIN LATERAL aclexplode(c.relacl) AS granted
WHERE c.relkind = 'r' AND granted.grantee <> c.relowner AND pg_has_role(c.relowner, 'USAGE')
ORDER BY 1`;
