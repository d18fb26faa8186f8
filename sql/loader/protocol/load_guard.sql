-- The conditions for a load to copy records, in one statement because Redshift limits their number. Each message begins with a
-- different letter: some engines' messages for a failed cast contain only the first letter.
-- broken: load_run has one row, which every run updates; without it, nothing separates two runs.
-- older: stamps must grow in the order of commits, or rows of this run would look older than rows that are already loaded.
-- The ledger is checked too, because load_run may have been set back by hand.
-- unlike: copied rows must carry the stamp of their run, which load_run holds; the ledger's rows are copied first.
-- replaced: the rows that the plan was based on must still be in the ledger, or create-tables has recreated the tables since.
-- meanwhile: nobody else may have loaded one of this run's files since the run was planned, nor undone the load of a content that
-- this run finds under another name; and nobody may have been forgotten since, or this run would bring the records back.
SELECT CAST(CASE
  WHEN run.run_rows <> 1 THEN 'broken load_run'
  WHEN run.previous_stamp >= run.stamp OR ledger.newer > 0 THEN 'older stamp than the last run'
  WHEN run.stamp <> {now} OR ledger.planned = 0 THEN 'unlike stamps of the run and its rows'
  WHEN base.files = 0 THEN 'replaced tables since the plan'
  WHEN others.files > 0 OR lost.files > 0 OR forgets.entries > 0 THEN 'meanwhile another run loaded the same files'
  ELSE '0' END AS INTEGER) AS passed
FROM (
  SELECT COUNT(*) AS run_rows, MAX(stamp) AS stamp, MAX(previous_stamp) AS previous_stamp FROM load_run
) run, (
  SELECT
    COUNT(CASE WHEN loaded_at = {now} THEN 1 END) AS planned,
    COUNT(CASE WHEN loaded_at > {now} THEN 1 END) AS newer
  FROM load_ledger
  WHERE loaded_at >= {now}
) ledger, (
  SELECT COUNT(*) AS files FROM load_ledger WHERE {base}
) base, (
  SELECT COUNT(*) AS files
  FROM load_ledger planned
  JOIN load_ledger loaded ON loaded.staging_table = planned.staging_table AND loaded.uri = planned.uri
  WHERE planned.loaded_at = {now} AND loaded.loaded_at > planned.planned_stamp AND loaded.loaded_at < {now}
) others, (
  SELECT COUNT(*) AS files
  FROM load_ledger planned
  LEFT JOIN load_ledger loaded
    ON loaded.staging_table = planned.staging_table AND loaded.version = planned.version
      AND loaded.size_bytes = planned.size_bytes AND loaded.status = 'loaded'
  WHERE planned.loaded_at = {now} AND planned.status = 'moved' AND loaded.version IS NULL
) lost, (
  SELECT COUNT(*) AS entries
  FROM load_ledger
  WHERE status = 'forget' AND loaded_at > (SELECT MAX(planned_stamp) FROM load_ledger WHERE loaded_at = {now})
) forgets
