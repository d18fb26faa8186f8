-- What was loaded into earlier tables no longer counts once other tables have been filled, unless a replay filled them. What
-- was undone still counts.
DELETE FROM load_history
WHERE generation > 0
  AND EXISTS (SELECT 1 FROM load_ledger WHERE status = 'loaded')
  AND NOT EXISTS (
    SELECT 1
    FROM load_ledger
    WHERE run_id IN (SELECT run_id FROM load_history)
  )
