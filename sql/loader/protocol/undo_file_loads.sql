-- The loads of a file, with the columns of undo_files.sql, and how many of their rows can be told from those of other files: all
-- that have the file's number and, if the run loaded no other file into the table, all of the run.
SELECT
  entry.staging_table,
  entry.uri,
  entry.run_id,
  entry.status,
  entry.records,
  entry.rejected,
  CASE
    WHEN entry.version LIKE 'listing:%' THEN 'folder'
    WHEN entry.loaded_at < COALESCE(
      (SELECT MAX(loaded_at) FROM load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
    ) THEN 'replaced'
    ELSE 'stands' END AS fate,
  SUM(CASE WHEN others.files IS NULL OR staged.source_file = entry.source_file THEN staged.row_count ELSE 0 END) AS known_rows
FROM (SELECT * FROM load_ledger WHERE {base}) entry
LEFT JOIN (
  SELECT staging_table, loaded_at, COUNT(*) AS files
  FROM load_ledger
  WHERE status = 'loaded' AND NOT ({base})
  GROUP BY staging_table, loaded_at
) others ON others.staging_table = entry.staging_table AND others.loaded_at = entry.loaded_at
LEFT JOIN (
  -- for each staging table
  SELECT CAST({table_name} AS VARCHAR(127)) AS staging_table, loaded_at, source_file, COUNT(*) AS row_count
  FROM {table}
  WHERE loaded_at IN (SELECT loaded_at FROM load_ledger WHERE {base})
  GROUP BY loaded_at, source_file
  -- end
) staged ON staged.staging_table = entry.staging_table AND staged.loaded_at = entry.loaded_at AND entry.status = 'loaded'
GROUP BY
  entry.staging_table, entry.uri, entry.version, entry.loaded_at, entry.run_id, entry.status, entry.records, entry.rejected
ORDER BY entry.loaded_at, entry.staging_table, entry.uri
