-- The files of a run, or of all runs of a load that was split, and what the run did with each.
SELECT staging_table, uri, run_id, status, records, rejected, size_bytes
FROM load_ledger
WHERE status IN ('loaded', 'moved', 'quarantined', 'undone') AND ({base})
ORDER BY loaded_at, staging_table, uri
