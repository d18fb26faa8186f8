-- What was loaded into earlier tables no longer counts once other tables have been filled, unless a replay filled them.
DELETE FROM load_history
WHERE EXISTS (SELECT 1 FROM load_ledger WHERE status = 'loaded')
  AND NOT EXISTS (
    SELECT 1
    FROM load_ledger
    WHERE run_id IN (SELECT run_id FROM load_history)
  )
