-- The runs of the ledger, before it is dropped. They are a new generation, because they came after all those already there,
-- whatever the clock said. What was undone is generation 0, and is not repeated; it is not kept if another run loaded the same
-- content of the same file, which is. Who is forgotten is generation -1. A replayed run keeps its earlier id and is already there. An id that was written by hand
-- is not that of a run.
INSERT INTO load_history (run_id, staging_table, uri, version, size_bytes, loaded_at, generation)
SELECT
  entry.run_id, entry.staging_table, entry.uri, entry.version, entry.size_bytes, entry.loaded_at,
  CASE entry.status WHEN 'undone' THEN 0 WHEN 'forget' THEN -1
    ELSE (SELECT COALESCE(MAX(generation), 0) + 1 FROM load_history) END
FROM load_ledger entry
LEFT JOIN (
  SELECT DISTINCT staging_table, uri, version, size_bytes FROM load_ledger WHERE status = 'loaded'
) loaded ON loaded.staging_table = entry.staging_table AND loaded.uri = entry.uri
  AND loaded.version = entry.version AND loaded.size_bytes = entry.size_bytes
WHERE (entry.status IN ('loaded', 'forget') OR (entry.status = 'undone' AND loaded.uri IS NULL))
  AND entry.run_id LIKE '________T______Z-________________%'
  AND entry.run_id NOT IN (SELECT run_id FROM load_history)
