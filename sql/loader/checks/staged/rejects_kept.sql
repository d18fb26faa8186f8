-- severity: error
-- Every record that the ledger counts as rejected is in rejected_records, except for the files that were set aside: of
-- those the ledger counts all records.
SELECT
  'rejected ' || CAST(ledger.rejected AS VARCHAR(20)) || ' records, kept ' || CAST(kept.rejects AS VARCHAR(20)) AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT SUM(rejected) AS rejected FROM load_ledger WHERE loaded_at = {now} AND status = 'loaded'
) ledger, (
  SELECT COUNT(*) AS rejects
  FROM rejected_records r
  JOIN load_ledger l ON l.staging_table = r.staging_table AND l.uri = r.uri
  WHERE r.loaded_at = {now} AND l.loaded_at = {now} AND l.status = 'loaded'
) kept
WHERE ledger.rejected <> kept.rejects
