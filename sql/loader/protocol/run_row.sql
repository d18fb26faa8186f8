-- The problem with load_run, if there is one.
SELECT CASE
  WHEN run.run_rows <> 1 THEN 'it holds ' || CAST(run.run_rows AS VARCHAR(20)) || ' rows instead of one'
  WHEN run.stamp < ledger.newest THEN 'its newest run is of ' || CAST(run.stamp AS VARCHAR(32)) || ', and load_ledger has one of '
    || CAST(ledger.newest AS VARCHAR(32))
  WHEN run.stamp > {now} THEN 'its newest run is of ' || CAST(run.stamp AS VARCHAR(32)) || ', which the warehouse''s clock has not reached'
  ELSE NULL END AS problem
FROM (
  SELECT COUNT(*) AS run_rows, MAX(stamp) AS stamp FROM load_run
) run, (
  SELECT MAX(loaded_at) AS newest FROM load_ledger
) ledger
