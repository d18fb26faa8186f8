-- severity: error
-- A star table has one row for each key. If it has more, its SELECT joins or leaves rows in a way that repeats them.
SELECT
  found.table_name || ' has ' || CAST(found.row_count AS VARCHAR(20)) || ' rows with the key ' || found.key_text AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  -- for each star table
  SELECT CAST({table_name} AS VARCHAR(127)) AS table_name, {key_text} AS key_text, COUNT(*) AS row_count
  FROM {table}
  WHERE {affected}
  GROUP BY {key}
  HAVING COUNT(*) > 1
  -- end
) found
