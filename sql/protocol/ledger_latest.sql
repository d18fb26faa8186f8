-- The newest entry of every file, and with it the newest stamp the planner has seen.
SELECT staging_table, uri, version, size_bytes, loaded_at
FROM (
  SELECT
    staging_table, uri, version, size_bytes, loaded_at,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri ORDER BY loaded_at DESC) AS version_rank
  FROM load_ledger
) entries
WHERE version_rank = 1
ORDER BY staging_table, uri
