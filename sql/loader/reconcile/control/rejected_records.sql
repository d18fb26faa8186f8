-- next: Somebody changed rejected_records or the ledger by hand. npm run create-tables -- --force and npm run etl reload everything.
-- For each loaded file, rejected_records has as many records as the ledger counts as rejected. For a file that was set
-- aside, the ledger counts all records as rejected, and rejected_records keeps only some.
SELECT
  uri || ', the run of ' || CAST(loaded_at AS VARCHAR(32)) || ': the ledger says ' || CAST(SUM(due) AS VARCHAR(20))
    || ' rejected records, rejected_records has ' || CAST(SUM(found) AS VARCHAR(20)) AS offender
FROM (
  SELECT staging_table, uri, version, loaded_at, rejected AS due, CAST(0 AS BIGINT) AS found
  FROM load_ledger
  WHERE status = 'loaded'
  UNION ALL
  SELECT rejects.staging_table, rejects.uri, rejects.version, rejects.loaded_at, CAST(0 AS BIGINT), CAST(1 AS BIGINT)
  FROM rejected_records rejects
  LEFT JOIN (SELECT staging_table, uri, version, loaded_at FROM load_ledger WHERE status = 'quarantined') aside
    ON aside.staging_table = rejects.staging_table AND aside.uri = rejects.uri
      AND aside.version = rejects.version AND aside.loaded_at = rejects.loaded_at
  WHERE aside.uri IS NULL
) counted
GROUP BY staging_table, uri, version, loaded_at
HAVING SUM(due) <> SUM(found)
