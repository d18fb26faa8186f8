-- Past runs, newest first. Files that were only moved were not read.
SELECT
  run_id,
  MAX(loaded_at) AS loaded_at,
  COUNT(*) AS files,
  SUM(CASE WHEN status = 'moved' THEN 0 ELSE records END) AS records,
  SUM(CASE WHEN status = 'moved' THEN 0 ELSE size_bytes END) AS size_bytes,
  SUM(CASE WHEN status = 'moved' THEN 0 ELSE rejected END) AS rejected,
  SUM(CASE WHEN status = 'quarantined' THEN 1 ELSE 0 END) AS quarantined,
  SUM(keys_met) AS keys_met,
  SUM(keys_loaded) AS keys_loaded,
  SUM(keys_rescued) AS keys_rescued,
  SUM(keys_ignored) AS keys_ignored,
  SUM(keys_unknown) AS keys_unknown
FROM load_ledger
GROUP BY run_id
ORDER BY loaded_at DESC, run_id
