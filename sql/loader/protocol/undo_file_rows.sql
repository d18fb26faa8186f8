-- The rows of a file: all that have its number and, if the run loaded no other file into the table, all of the run.
DELETE FROM {table}
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
