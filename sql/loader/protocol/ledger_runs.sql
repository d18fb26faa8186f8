-- Past runs, newest first. Files that were only moved were not read.
SELECT
  run_id,
  MAX(loaded_at) AS loaded_at,
  COUNT(*) AS files,
  SUM(CASE WHEN status = 'moved' THEN 0 ELSE records END) AS records,
  SUM(CASE WHEN status = 'moved' THEN 0 ELSE size_bytes END) AS size_bytes,
  SUM(CASE WHEN status = 'moved' THEN 0 ELSE rejected END) AS rejected,
  SUM(CASE WHEN status = 'quarantined' THEN 1 ELSE 0 END) AS quarantined
FROM load_ledger
GROUP BY run_id
ORDER BY loaded_at DESC, run_id
