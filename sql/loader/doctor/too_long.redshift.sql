-- The values of a column that are longer than so many bytes: how many, how long at most, and one of them.
SELECT
  CAST({name} AS VARCHAR(127)) AS column_name,
  COUNT(*) AS found_rows,
  MAX(OCTET_LENGTH({value})) AS most_bytes,
  MIN({value}) AS example
FROM {table}
WHERE OCTET_LENGTH({value}) > {most}
