-- severity: error
-- ts is a time in milliseconds between the years 1 and 9999, which every engine can hold as a TIMESTAMP.
SELECT
  'ts ' || CAST(ts AS VARCHAR(20)) || ' of session ' || CAST(sessionid AS VARCHAR(20))
    || ' is not a time in milliseconds between the years 1 and 9999' AS offender,
  CAST('staging_events' AS VARCHAR(127)) AS staging_table,
  CAST('ts' AS VARCHAR(127)) AS staging_column,
  CAST(ts AS VARCHAR(20)) AS staging_value
FROM staging_events
WHERE loaded_at >= {since} AND (ts < -62135596800000 OR ts > 253402300799999)
