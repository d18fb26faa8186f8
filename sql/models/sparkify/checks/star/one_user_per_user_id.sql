-- severity: error
SELECT
  'user ' || CAST(user_id AS VARCHAR(20)) || ' has ' || CAST(COUNT(*) AS VARCHAR(20)) || ' rows in users' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM users
GROUP BY user_id
HAVING COUNT(*) <> 1
