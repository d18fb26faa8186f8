-- next: Somebody changed staging or the ledger by hand. npm run create-tables -- --force and npm run etl reload everything.
-- Each run staged as many rows as the ledger states. A refresh from whole folders has removed from staging what was there
-- before it, and what was undone is not there any more.
SELECT
  staging_table || ', the run of ' || CAST(loaded_at AS VARCHAR(32)) || ': the ledger says '
    || CAST(SUM(due) AS VARCHAR(20)) || ' rows, there are ' || CAST(SUM(found) AS VARCHAR(20)) AS offender
FROM (
  SELECT staging_table, loaded_at, records - rejected AS due, CAST(0 AS BIGINT) AS found
  FROM load_ledger
  WHERE status NOT IN ('moved', 'undone')
  UNION ALL
  -- for each staging table
  SELECT CAST({table_name} AS VARCHAR(127)), loaded_at, CAST(0 AS BIGINT), COUNT(*)
  FROM {table}
  GROUP BY loaded_at
  -- end
) counted
WHERE loaded_at >= COALESCE(
  (SELECT MAX(loaded_at) FROM load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
)
GROUP BY staging_table, loaded_at
HAVING SUM(due) <> SUM(found)
