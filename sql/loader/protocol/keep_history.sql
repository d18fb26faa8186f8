-- The runs of the ledger, before it is dropped. They are a new generation, because they came after all those already there,
-- whatever the clock said. What was undone is generation 0, and is not repeated. A replayed run keeps its earlier id and is already there. An id
-- that was written by hand is not that of a run.
INSERT INTO load_history (run_id, staging_table, uri, version, size_bytes, loaded_at, generation)
SELECT
  run_id, staging_table, uri, version, size_bytes, loaded_at,
  CASE WHEN status = 'undone' THEN 0 ELSE (SELECT COALESCE(MAX(generation), 0) + 1 FROM load_history) END
FROM load_ledger
WHERE status IN ('loaded', 'undone')
  AND run_id LIKE '________T______Z-________________%'
  AND run_id NOT IN (SELECT run_id FROM load_history)
