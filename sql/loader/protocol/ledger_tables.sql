-- The staging tables that hold rows of files.
SELECT DISTINCT staging_table
FROM load_ledger
WHERE status NOT IN ('quarantined', 'undone', 'forget', 'forgotten')
