-- severity: error
-- Every record that was read became one staged row.
SELECT
  'read ' || CAST(counted.records AS VARCHAR(20)) || ' records for ' || counted.staging_table
    || ', staged ' || CAST(counted.staged AS VARCHAR(20)) AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT 'staging_events' AS staging_table, SUM(records) AS records, MAX(staged) AS staged
  FROM load_ledger, (SELECT COUNT(*) AS staged FROM staging_events WHERE loaded_at = {now}) rows_of_run
  WHERE load_ledger.loaded_at = {now} AND staging_table = 'staging_events'
  UNION ALL
  SELECT 'staging_songs' AS staging_table, SUM(records) AS records, MAX(staged) AS staged
  FROM load_ledger, (SELECT COUNT(*) AS staged FROM staging_songs WHERE loaded_at = {now}) rows_of_run
  WHERE load_ledger.loaded_at = {now} AND staging_table = 'staging_songs'
) counted
WHERE counted.records <> counted.staged
