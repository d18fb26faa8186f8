-- The runs of earlier tables that are to be made again, oldest first: none once the tables hold a run that is not among them.
-- Whole folders are loaded in one run each time, so their order is no matter.
SELECT run_id, staging_table, uri, version, size_bytes
FROM load_history
WHERE version NOT LIKE 'listing:%'
  AND NOT EXISTS (SELECT 1 FROM load_ledger WHERE run_id NOT IN (SELECT run_id FROM load_history))
ORDER BY loaded_at, run_id
