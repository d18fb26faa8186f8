-- Past runs, newest first. Files that were only moved were not read. Of files that were undone nothing is left. A row that says
-- how many records were left out is no file.
SELECT
  run_id,
  MAX(loaded_at) AS loaded_at,
  SUM(CASE WHEN status <> 'forgotten' THEN 1 ELSE 0 END) AS files,
  SUM(CASE WHEN status IN ('moved', 'undone') THEN 0 ELSE records END) AS records,
  SUM(CASE WHEN status IN ('moved', 'undone', 'forgotten') THEN 0 ELSE size_bytes END) AS size_bytes,
  SUM(CASE WHEN status IN ('moved', 'undone', 'forgotten') THEN 0 ELSE rejected END) AS rejected,
  SUM(CASE WHEN status = 'quarantined' THEN 1 ELSE 0 END) AS quarantined,
  SUM(CASE WHEN status <> 'undone' THEN keys_met END) AS keys_met,
  SUM(CASE WHEN status <> 'undone' THEN keys_loaded END) AS keys_loaded,
  SUM(CASE WHEN status <> 'undone' THEN keys_rescued END) AS keys_rescued,
  SUM(CASE WHEN status <> 'undone' THEN keys_ignored END) AS keys_ignored,
  SUM(CASE WHEN status <> 'undone' THEN keys_unknown END) AS keys_unknown,
  SUM(CASE WHEN status = 'undone' THEN 1 ELSE 0 END) AS undone,
  SUM(CASE WHEN status = 'forgotten' THEN rejected ELSE 0 END) AS forgotten
FROM load_ledger
WHERE status <> 'forget'
GROUP BY run_id
ORDER BY loaded_at DESC, run_id
