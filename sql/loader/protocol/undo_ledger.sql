-- The files of the run keep their rows, so that etl does not load them again unless it is told. What was only moved stays.
UPDATE load_ledger SET status = 'undone'
WHERE status <> 'moved' AND ({base})
