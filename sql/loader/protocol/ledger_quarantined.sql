-- The files that are set aside, with their first problem: their newest version was set aside, and none has been loaded since. What was undone does not
-- count.
SELECT e.staging_table, e.uri, e.run_id, e.loaded_at, e.records, r.line, r.reason
FROM (
  SELECT
    staging_table,
    uri,
    run_id,
    loaded_at,
    records,
    status,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri ORDER BY loaded_at DESC) AS version_rank
  FROM load_ledger
  WHERE status NOT IN ('undone', 'forget', 'forgotten')
) e
LEFT JOIN (
  SELECT
    staging_table,
    uri,
    loaded_at,
    line,
    reason,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri, loaded_at ORDER BY line NULLS LAST, reason) AS reason_rank
  FROM rejected_records
) r ON r.staging_table = e.staging_table AND r.uri = e.uri AND r.loaded_at = e.loaded_at AND r.reason_rank = 1
WHERE e.version_rank = 1 AND e.status = 'quarantined'
ORDER BY e.staging_table, e.uri
