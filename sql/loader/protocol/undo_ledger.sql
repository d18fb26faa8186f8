-- The files of the run keep their rows, so that etl does not load them again unless it is told. What was only moved stays. Of
-- records that were left out there are none any more.
UPDATE load_ledger SET
  status = CASE WHEN status = 'forgotten' THEN status ELSE 'undone' END,
  rejected = CASE WHEN status = 'forgotten' THEN 0 ELSE rejected END
WHERE status NOT IN ('moved', 'forget') AND ({base})
