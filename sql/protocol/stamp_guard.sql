-- Stamps must grow in the order of commits, or rows of this run would look older than rows that are already loaded.
SELECT CAST(CASE WHEN MAX(previous_stamp) < {now} THEN '0' ELSE 'starload guard: stamp' END AS INTEGER) AS passed
FROM load_run
