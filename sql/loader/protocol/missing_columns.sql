-- Of the newest 1,000 files of a staging table that were loaded, the columns whose keys none of their records had: how
-- many files had each list of them, in `uri`. The columns are those of ledger_versions.sql, which is read with it.
SELECT
  staging_table,
  missing_columns AS uri,
  CAST(NULL AS VARCHAR(256)) AS version,
  CAST(0 AS BIGINT) AS size_bytes,
  COUNT(*) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST('missing' AS VARCHAR(16)) AS status,
  CAST(NULL AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  MAX(loaded_at) AS loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM (
  SELECT staging_table, missing_columns, loaded_at
  FROM load_ledger
  WHERE status = 'loaded' AND missing_columns IS NOT NULL AND {base}
  ORDER BY loaded_at DESC
  LIMIT 1000
) newest
GROUP BY staging_table, missing_columns
