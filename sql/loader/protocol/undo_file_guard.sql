-- The conditions for undoing a file. Each message begins with a different letter, as in load_guard.
-- meanwhile: there must still be loads of the file to undo, and each of their rows must be one that undo_file_rows finds.
SELECT CAST(CASE
  WHEN run.run_rows <> 1 THEN 'broken load_run'
  WHEN run.previous_stamp >= {now} OR ledger.newer > 0 THEN 'older stamp than the last run'
  WHEN undone.files = 0 OR undone.due <> staged.found THEN 'meanwhile another process has undone or loaded the file'
  ELSE '0' END AS INTEGER) AS passed
FROM (
  SELECT COUNT(*) AS run_rows, MAX(previous_stamp) AS previous_stamp FROM load_run
) run, (
  SELECT COUNT(*) AS newer FROM load_ledger WHERE loaded_at > {now}
) ledger, (
  SELECT
    COUNT(CASE WHEN status <> 'forgotten' THEN 1 END) AS files,
    COALESCE(SUM(CASE WHEN status <> 'quarantined' THEN records - rejected END), 0) AS due
  FROM load_ledger
  WHERE status NOT IN ('moved', 'undone', 'forget') AND ({base})
) undone, (
  SELECT SUM(row_count) AS found
  FROM (
    -- for each staging table
    SELECT COUNT(*) AS row_count
    FROM {table}
    WHERE loaded_at IN (
      SELECT loaded_at FROM load_ledger WHERE staging_table = {table_name} AND status = 'loaded' AND ({base})
    ) AND (
      loaded_at NOT IN (
        SELECT loaded_at FROM load_ledger WHERE staging_table = {table_name} AND status = 'loaded' AND NOT ({base})
      ) OR CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20)) IN (
        SELECT CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20))
        FROM load_ledger
        WHERE staging_table = {table_name} AND status = 'loaded' AND ({base})
      )
    )
    -- end
  ) counted
) staged
