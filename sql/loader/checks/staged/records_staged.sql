-- severity: error
-- Every record that was read and not rejected became one staged row; a file that was only moved is not read. Each side is
-- reduced to one row before the join: without statistics, a planner would count the staged rows again for each row of the
-- ledger.
SELECT
  'took ' || CAST(counted.records AS VARCHAR(20)) || ' records for ' || counted.staging_table
    || ', staged ' || CAST(counted.staged AS VARCHAR(20)) AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  -- for each staging table
  SELECT CAST({table_name} AS VARCHAR(127)) AS staging_table, ledger.records, rows_of_run.staged
  FROM (
    SELECT SUM(records - rejected) AS records
    FROM load_ledger
    WHERE loaded_at = {now} AND staging_table = {table_name} AND status <> 'moved'
  ) ledger, (SELECT COUNT(*) AS staged FROM {table} WHERE loaded_at = {now}) rows_of_run
  -- end
) counted
WHERE counted.records <> counted.staged
