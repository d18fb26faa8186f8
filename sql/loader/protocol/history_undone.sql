-- The files of earlier tables whose newest load was undone (`status` is undone), without those that the ledger has: etl does not
-- load them unless it is told. And the files that hold the same contents and were not undone (held). And who is forgotten (forget). The columns are those of
-- ledger_versions.sql, which is read with it.
SELECT
  loads.staging_table,
  loads.uri,
  loads.version,
  loads.size_bytes,
  CAST(0 AS BIGINT) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST(CASE loads.generation WHEN 0 THEN 'undone' WHEN -1 THEN 'forget' ELSE 'held' END AS VARCHAR(16)) AS status,
  CAST(NULL AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  loads.loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM (
  SELECT
    staging_table,
    uri,
    version,
    size_bytes,
    loaded_at,
    generation,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri, size_bytes, version ORDER BY loaded_at DESC) AS load_rank
  FROM load_history
  WHERE version IN (SELECT version FROM load_history WHERE generation < 1)
) loads
LEFT JOIN load_ledger
  ON load_ledger.staging_table = loads.staging_table AND load_ledger.uri = loads.uri
    AND load_ledger.size_bytes = loads.size_bytes AND load_ledger.version = loads.version
WHERE loads.load_rank = 1 AND load_ledger.uri IS NULL
