-- The conditions for a migration to change tables. Each message begins with a different letter, as in load_guard.
-- meanwhile: nobody else may have written since the migration was planned, whether a load, a rebuild or another migration.
SELECT CAST(CASE
  WHEN run.run_rows <> 1 THEN 'broken load_run'
  WHEN run.planned = 0 THEN 'meanwhile another run was writing'
  WHEN run.previous_stamp >= {now} OR ledger.newer > 0 THEN 'older stamp than the last run'
  ELSE '0' END AS INTEGER) AS passed
FROM (
  SELECT
    COUNT(*) AS run_rows,
    COUNT(CASE WHEN {base} THEN 1 END) AS planned,
    MAX(previous_stamp) AS previous_stamp
  FROM load_run
) run, (
  SELECT COUNT(*) AS newer FROM load_ledger WHERE loaded_at > {now}
) ledger
