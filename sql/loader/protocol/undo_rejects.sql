-- The bad records that the run kept out.
DELETE FROM rejected_records
WHERE {base}
