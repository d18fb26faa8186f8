-- severity: error
SELECT
  'event ' || CAST(e.event_id AS VARCHAR(20)) || ' has ' || CAST(COUNT(a.event_id) AS VARCHAR(20)) || ' rows in activity' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (SELECT event_id FROM current_github_events WHERE {affected activity: event_id, created_at}) e
LEFT JOIN (SELECT event_id FROM activity WHERE {affected activity}) a ON a.event_id = e.event_id
GROUP BY e.event_id
HAVING COUNT(a.event_id) <> 1
