-- severity: error
-- Each actor of an event is in actors exactly once.
SELECT
  'actor ' || CAST(a.actor_id AS VARCHAR(20)) || ' of an event has ' || CAST(COUNT(d.actor_id) AS VARCHAR(20)) || ' rows in actors' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT actor_id
  FROM activity
  WHERE {affected actors}
) a
LEFT JOIN actors d ON d.actor_id = a.actor_id
GROUP BY a.actor_id
HAVING COUNT(d.actor_id) <> 1
