-- The time of the warehouse's clock, as one row with the columns of ledger_versions.sql. `planned_stamp` holds it.
SELECT
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(4096)) AS uri,
  CAST(NULL AS VARCHAR(256)) AS version,
  CAST(0 AS BIGINT) AS size_bytes,
  CAST(0 AS BIGINT) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST('clock' AS VARCHAR(16)) AS status,
  CAST({now} AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  {now} AS loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM (SELECT COUNT(*) AS entries FROM load_ledger) ledger
