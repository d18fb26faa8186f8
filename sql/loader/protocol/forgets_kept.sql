-- The same, of earlier tables.
SELECT staging_table, uri, version, run_id, loaded_at
FROM load_history
WHERE generation = -1
