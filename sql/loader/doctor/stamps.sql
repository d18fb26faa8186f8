-- The warehouse's clock and the newest stamp of a load.
SELECT {now} AS clock, MAX(loaded_at) AS newest
FROM load_ledger
