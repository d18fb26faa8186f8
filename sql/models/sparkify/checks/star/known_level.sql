-- severity: warning
SELECT
  'level ' || COALESCE('"' || level || '"', 'NULL') || ' in ' || CAST(COUNT(*) AS VARCHAR(20)) || ' events' AS offender,
  CAST('staging_events' AS VARCHAR(127)) AS staging_table,
  CAST('level' AS VARCHAR(127)) AS staging_column,
  level AS staging_value
FROM run_current_events
WHERE level IS NULL OR level NOT IN ('free', 'paid')
GROUP BY level
