-- severity: error
-- Each day of an event is in days exactly once.
SELECT
  'day ' || CAST(a.day AS VARCHAR(20)) || ' of an event has ' || CAST(COUNT(d.day) AS VARCHAR(20)) || ' rows in days' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT day
  FROM activity
  WHERE {affected days}
) a
LEFT JOIN (SELECT day FROM days WHERE {affected days}) d ON d.day = a.day
GROUP BY a.day
HAVING COUNT(d.day) <> 1
