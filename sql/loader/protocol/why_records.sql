-- The versions of some records of a staging table, with the run, file and line that they come from; of each record the version that
-- counts first.
SELECT
  versions.starload_rank,
  CAST(versions.loaded_at AS VARCHAR(32)) AS starload_loaded_at,
  runs.run_id,
  entry.uri,
  versions.source_line,
  {columns}
FROM (
  SELECT *, {rank} AS starload_rank
  FROM {table}
  WHERE {base}
) versions
LEFT JOIN (
  SELECT loaded_at, MAX(run_id) AS run_id FROM load_ledger WHERE staging_table = {table_name} GROUP BY loaded_at
) runs ON runs.loaded_at = versions.loaded_at
LEFT JOIN (
  SELECT loaded_at, source_file, uri FROM load_ledger WHERE staging_table = {table_name} AND status = 'loaded'
) entry ON entry.loaded_at = versions.loaded_at AND entry.source_file = versions.source_file
ORDER BY versions.starload_rank, versions.loaded_at DESC, versions.source_file, versions.source_line
LIMIT {most}
