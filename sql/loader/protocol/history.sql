-- The runs of earlier tables to repeat, oldest first by generation, loaded_at and run_id. `status` is made if the run
-- has been repeated by now, else past. There are none once the tables hold a run that is not among them; one that was undone does
-- not count. Whole folders are loaded in one run each time, so their order does not matter. The columns are those of
-- ledger_versions.sql.
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  CAST(0 AS BIGINT) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST(CASE WHEN made.run_id IS NULL THEN 'past' ELSE 'made' END AS VARCHAR(16)) AS status,
  CAST(NULL AS VARCHAR(32)) AS planned_stamp,
  load_history.run_id,
  loaded_at,
  generation
FROM load_history
LEFT JOIN (SELECT DISTINCT run_id FROM load_ledger) made ON made.run_id = load_history.run_id
WHERE generation > 0
  AND version NOT LIKE 'listing:%'
  AND NOT EXISTS (
    SELECT 1 FROM load_ledger WHERE status NOT IN ('undone', 'forget') AND run_id NOT IN (SELECT run_id FROM load_history)
  )
