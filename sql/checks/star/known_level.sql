-- severity: warning
SELECT
  'level ' || COALESCE('"' || level || '"', 'NULL') || ' in ' || CAST(COUNT(*) AS VARCHAR(20)) || ' events' AS offender,
  'staging_events' AS staging_table,
  'level' AS staging_column,
  level AS staging_value
FROM run_events
WHERE level IS NULL OR level NOT IN ('free', 'paid')
GROUP BY level
