-- The conditions for undoing a run. Each message begins with a different letter, as in load_guard.
-- meanwhile: there must still be files of the run to undo, or another undo was faster, or create-tables has recreated the tables.
SELECT CAST(CASE
  WHEN run.run_rows <> 1 THEN 'broken load_run'
  WHEN run.previous_stamp >= {now} OR ledger.newer > 0 THEN 'older stamp than the last run'
  WHEN undone.files = 0 THEN 'meanwhile another process has undone the run'
  ELSE '0' END AS INTEGER) AS passed
FROM (
  SELECT COUNT(*) AS run_rows, MAX(previous_stamp) AS previous_stamp FROM load_run
) run, (
  SELECT COUNT(*) AS newer FROM load_ledger WHERE loaded_at > {now}
) ledger, (
  SELECT COUNT(*) AS files FROM load_ledger WHERE status NOT IN ('moved', 'undone', 'forget', 'forgotten') AND ({base})
) undone
