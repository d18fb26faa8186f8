-- The files of a run, and whether anything of them can be undone: a folder was loaded as a whole, and such a load removed what
-- had been there before. A row whose status is forgotten is no file: so many records were left out or removed since.
SELECT
  staging_table,
  uri,
  run_id,
  status,
  records,
  rejected,
  CASE
    WHEN version LIKE 'listing:%' THEN 'folder'
    WHEN loaded_at < COALESCE(
      (SELECT MAX(loaded_at) FROM load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
    ) THEN 'replaced'
    ELSE 'stands' END AS fate
FROM load_ledger
WHERE status <> 'forget' AND ({base})
ORDER BY loaded_at, staging_table, uri
