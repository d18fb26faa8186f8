-- The runs of the ledger, before it is dropped: a generation of their own, since they came after all that stand there, whatever
-- the clock said. A run that was replayed has the id it had before, and stands there already. An id
-- that somebody wrote by hand names no run.
INSERT INTO load_history (run_id, staging_table, uri, version, size_bytes, loaded_at, generation)
SELECT
  run_id, staging_table, uri, version, size_bytes, loaded_at,
  (SELECT COALESCE(MAX(generation), 0) + 1 FROM load_history)
FROM load_ledger
WHERE status = 'loaded'
  AND run_id LIKE '________T______Z-________________%'
  AND run_id NOT IN (SELECT run_id FROM load_history)
