-- load_run has one row, and stamps must grow in the order of commits, or rows of this run would look older than rows that
-- are already loaded. Each message begins with a different letter, as in load_guard.
SELECT CAST(CASE
  WHEN run.run_rows <> 1 THEN 'broken load_run'
  WHEN run.previous_stamp >= {now} OR ledger.newer > 0 THEN 'older stamp than the last run'
  ELSE '0' END AS INTEGER) AS passed
FROM (
  SELECT COUNT(*) AS run_rows, MAX(previous_stamp) AS previous_stamp FROM load_run
) run, (
  SELECT COUNT(*) AS newer FROM load_ledger WHERE loaded_at > {now}
) ledger
