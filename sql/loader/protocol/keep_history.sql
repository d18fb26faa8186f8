-- The runs of the ledger, before it is dropped. They are a new generation, because they came after all those already there,
-- whatever the clock said. A replayed run keeps its earlier id and is already there. An id
-- that was written by hand is not that of a run.
INSERT INTO load_history (run_id, staging_table, uri, version, size_bytes, loaded_at, generation)
SELECT
  run_id, staging_table, uri, version, size_bytes, loaded_at,
  (SELECT COALESCE(MAX(generation), 0) + 1 FROM load_history)
FROM load_ledger
WHERE status = 'loaded'
  AND run_id LIKE '________T______Z-________________%'
  AND run_id NOT IN (SELECT run_id FROM load_history)
