-- severity: error
-- Each org of an event is in orgs exactly once.
SELECT
  'org ' || CAST(a.org_id AS VARCHAR(20)) || ' of an event has ' || CAST(COUNT(d.org_id) AS VARCHAR(20)) || ' rows in orgs' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT org_id
  FROM activity
  WHERE {affected orgs} AND org_id IS NOT NULL
) a
LEFT JOIN orgs d ON d.org_id = a.org_id
GROUP BY a.org_id
HAVING COUNT(d.org_id) <> 1
