/**
 * A query for everything that would carry the deletion of rows from tables ($2) of a schema ($1) to other tables, each
 * with the statement that removes it: foreign keys with an ON DELETE action, inheriting tables (a DELETE takes their
 * rows too), triggers and rules.
 */
export const REACHES = `SELECT t.relname, reach.what, reach.cure
FROM pg_class t
JOIN pg_namespace n ON n.oid = t.relnamespace
CROSS JOIN LATERAL (SELECT format('%I.%I', n.nspname, t.relname) AS name) own
CROSS JOIN LATERAL (
  SELECT format('the foreign key %I of %s', k.conname, CAST(k.conrelid AS regclass)) AS what,
    format('ALTER TABLE %s DROP CONSTRAINT %I', CAST(k.conrelid AS regclass), k.conname) AS cure
  FROM pg_constraint k
  WHERE k.confrelid = t.oid AND k.contype = 'f' AND k.confdeltype IN ('c', 'n', 'd')
  UNION ALL
  SELECT format('the table %s that inherits from it', CAST(i.inhrelid AS regclass)),
    format('ALTER TABLE %s NO INHERIT %s', CAST(i.inhrelid AS regclass), own.name)
  FROM pg_inherits i
  WHERE i.inhparent = t.oid
  UNION ALL
  SELECT format('the trigger %I on deletion', g.tgname), format('DROP TRIGGER %I ON %s', g.tgname, own.name)
  FROM pg_trigger g
  WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & 8 <> 0
  UNION ALL
  SELECT format('the rule %I on deletion', r.rulename), format('DROP RULE %I ON %s', r.rulename, own.name)
  FROM pg_rewrite r
  WHERE r.ev_class = t.oid AND r.ev_type = '4' AND r.ev_enabled <> 'D'
) reach
WHERE n.nspname = $1 AND t.relname = ANY ($2) AND t.relkind = 'r'
ORDER BY 1, 2`;
