-- Every version of every file, oldest first by generation and loaded_at, who is forgotten (`status` is forget), and the newest stamp of the ledger that the planner has
-- seen, to the microsecond. The columns are those of history.sql, which is read with it.
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  records,
  rejected,
  status,
  CAST((SELECT MAX(loaded_at) FROM load_ledger) AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM load_ledger
WHERE status <> 'forgotten'
