-- Past runs, newest first.
SELECT
  run_id,
  MAX(loaded_at) AS loaded_at,
  COUNT(*) AS files,
  SUM(records) AS records,
  SUM(size_bytes) AS size_bytes,
  SUM(rejected) AS rejected,
  SUM(CASE WHEN status = 'quarantined' THEN 1 ELSE 0 END) AS quarantined
FROM load_ledger
GROUP BY run_id
ORDER BY loaded_at DESC, run_id
