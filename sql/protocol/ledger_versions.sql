-- Every version of every file, oldest first, and the newest stamp of the ledger that the planner has seen, to the microsecond.
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  records,
  rejected,
  status,
  CAST((SELECT MAX(loaded_at) FROM load_ledger) AS VARCHAR(32)) AS planned_stamp
FROM load_ledger
ORDER BY loaded_at
