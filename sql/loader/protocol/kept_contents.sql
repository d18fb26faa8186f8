-- The contents of files of which unknown keys were kept, by staging table.
SELECT DISTINCT staging_table, size_bytes, version
FROM load_ledger
WHERE keys_rescued > 0 AND status <> 'undone'
