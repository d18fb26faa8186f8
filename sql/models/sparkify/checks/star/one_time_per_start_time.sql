-- severity: error
-- Each start_time of a songplay is in time exactly once.
SELECT
  'start_time ' || CAST(p.start_time AS VARCHAR(32)) || ' of a songplay has ' || CAST(COUNT(t.start_time) AS VARCHAR(20))
    || ' rows in time' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT start_time
  FROM songplays
  WHERE {affected time}
) p
LEFT JOIN (SELECT start_time FROM time WHERE {affected time}) t ON t.start_time = p.start_time
GROUP BY p.start_time
HAVING COUNT(t.start_time) <> 1
