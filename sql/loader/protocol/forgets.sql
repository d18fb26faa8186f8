-- Who is forgotten, oldest first: the columns and the digest by which their records are found.
SELECT staging_table, uri, version, run_id, loaded_at
FROM load_ledger
WHERE status = 'forget'
