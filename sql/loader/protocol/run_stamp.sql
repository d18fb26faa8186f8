-- The stamp of the newest writing transaction, to the microsecond: migrate and forget read it, and wait for a load that is running.
SELECT CAST(stamp AS VARCHAR(32)) AS stamp FROM load_run
