-- The runs of earlier tables that are to be made again, oldest first, and which of them have been made by now: none once the
-- tables hold a run that is not among them. Whole folders are loaded in one run each time, so their order is no matter.
SELECT load_history.run_id, staging_table, uri, version, size_bytes, made.run_id AS made_run
FROM load_history
LEFT JOIN (SELECT DISTINCT run_id FROM load_ledger) made ON made.run_id = load_history.run_id
WHERE version NOT LIKE 'listing:%'
  AND NOT EXISTS (SELECT 1 FROM load_ledger WHERE run_id NOT IN (SELECT run_id FROM load_history))
ORDER BY generation, loaded_at, load_history.run_id
