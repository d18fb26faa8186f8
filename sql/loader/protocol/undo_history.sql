-- A run that was repeated after create-tables is not repeated once more.
UPDATE load_history SET generation = 0
WHERE {base}
