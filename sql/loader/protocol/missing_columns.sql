-- Of the newest 1,000 files of a staging table that were loaded, the columns whose keys none of their records had.
SELECT staging_table, missing_columns
FROM load_ledger
WHERE status = 'loaded' AND missing_columns IS NOT NULL AND {base}
ORDER BY loaded_at DESC
LIMIT 1000
