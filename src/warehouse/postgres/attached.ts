/**
 * A query for the objects of others on tables ($2) of a schema ($1): those that keep PostgreSQL from dropping a table (views,
 * rules and policies of other tables, foreign keys, inheriting tables, functions, and what has the type of its rows:
 * pg_depend), and those that go with it without a word (rules, triggers, publications, extended statistics). Each row has
 * the table, the object and whether it keeps the table.
 */
export const ATTACHED = `SELECT t.relname, attached.what, attached.keeps
FROM pg_class t
JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_type whole ON whole.oid = t.reltype
CROSS JOIN LATERAL (
  SELECT DISTINCT CASE v.relkind
      WHEN 'v' THEN format('view %s', CAST(v.oid AS regclass))
      WHEN 'm' THEN format('materialized view %s', CAST(v.oid AS regclass))
      ELSE format('rule %I of %s', r.rulename, CAST(v.oid AS regclass))
    END AS what,
    TRUE AS keeps
  FROM pg_depend d
  JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = CAST('pg_rewrite' AS regclass)
  JOIN pg_class v ON v.oid = r.ev_class AND v.oid <> t.oid
  WHERE d.refclassid = CAST('pg_class' AS regclass) AND d.refobjid = t.oid
  UNION ALL
  SELECT format('foreign key %I of %s', k.conname, CAST(k.conrelid AS regclass)), TRUE
  FROM pg_constraint k
  WHERE k.confrelid = t.oid AND k.contype = 'f' AND k.conrelid <> t.oid
  UNION ALL
  SELECT format('table %s that inherits from it', CAST(i.inhrelid AS regclass)), TRUE
  FROM pg_inherits i
  WHERE i.inhparent = t.oid
  UNION ALL
  SELECT format('policy %I of %s', p.polname, CAST(p.polrelid AS regclass)), TRUE
  FROM pg_policy p
  WHERE p.polrelid <> t.oid AND EXISTS (
    SELECT 1
    FROM pg_depend d
    WHERE d.refclassid = CAST('pg_class' AS regclass) AND d.refobjid = t.oid
      AND d.classid = CAST('pg_policy' AS regclass) AND d.objid = p.oid
  )
  UNION ALL
  SELECT DISTINCT format('function %s', CAST(d.objid AS regprocedure)), TRUE
  FROM pg_depend d
  WHERE d.classid = CAST('pg_proc' AS regclass) AND (
    (d.refclassid = CAST('pg_class' AS regclass) AND d.refobjid = t.oid)
    OR (d.refclassid = CAST('pg_type' AS regclass) AND d.refobjid IN (whole.oid, whole.typarray))
  )
  UNION ALL
  SELECT format('column %I of %s', a.attname, CAST(a.attrelid AS regclass)), TRUE
  FROM pg_depend d
  JOIN pg_attribute a ON a.attrelid = d.objid AND a.attnum = d.objsubid AND NOT a.attisdropped
  WHERE d.classid = CAST('pg_class' AS regclass) AND d.refclassid = CAST('pg_type' AS regclass)
    AND d.refobjid IN (whole.oid, whole.typarray)
  UNION ALL
  SELECT format('rule %I', r.rulename), FALSE
  FROM pg_rewrite r
  WHERE r.ev_class = t.oid
  UNION ALL
  SELECT format('trigger %I', g.tgname), FALSE
  FROM pg_trigger g
  WHERE g.tgrelid = t.oid AND NOT g.tgisinternal
  UNION ALL
  SELECT format('publication %I', p.pubname), FALSE
  FROM pg_publication_rel l
  JOIN pg_publication p ON p.oid = l.prpubid
  WHERE l.prrelid = t.oid
  UNION ALL
  SELECT format('statistics %I', s.stxname), FALSE
  FROM pg_statistic_ext s
  WHERE s.stxrelid = t.oid
) attached
WHERE n.nspname = $1 AND t.relname = ANY ($2) AND t.relkind = 'r'
ORDER BY 1, 3 DESC, 2`;
