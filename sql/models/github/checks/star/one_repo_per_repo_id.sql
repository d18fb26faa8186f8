-- severity: error
-- Each repo of an event is in repos exactly once.
SELECT
  'repo ' || CAST(a.repo_id AS VARCHAR(20)) || ' of an event has ' || CAST(COUNT(d.repo_id) AS VARCHAR(20)) || ' rows in repos' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT repo_id
  FROM activity
  WHERE {affected repos}
) a
LEFT JOIN repos d ON d.repo_id = a.repo_id
GROUP BY a.repo_id
HAVING COUNT(d.repo_id) <> 1
