-- The newest entry of every file, and the newest stamp of the ledger that the planner has seen, to the microsecond.
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  status,
  CAST((SELECT MAX(loaded_at) FROM load_ledger) AS VARCHAR(32)) AS planned_stamp
FROM (
  SELECT
    staging_table,
    uri,
    version,
    size_bytes,
    status,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri ORDER BY loaded_at DESC) AS version_rank
  FROM load_ledger
) entries
WHERE version_rank = 1
