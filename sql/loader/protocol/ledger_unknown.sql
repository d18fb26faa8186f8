-- For each staging table, the files with unknown keys of the newest run that counted keys and was not undone: at most 1,000,
-- in the order of their names.
SELECT staging_table, uri, unknown_keys, keys_rescued
FROM (
  SELECT
    entry.staging_table,
    entry.uri,
    entry.unknown_keys,
    entry.keys_rescued,
    ROW_NUMBER() OVER (PARTITION BY entry.staging_table ORDER BY entry.uri) AS place
  FROM load_ledger entry
  JOIN (
    SELECT staging_table, MAX(loaded_at) AS stamp
    FROM load_ledger
    WHERE keys_met IS NOT NULL AND status <> 'undone'
    GROUP BY staging_table
  ) newest ON newest.staging_table = entry.staging_table AND newest.stamp = entry.loaded_at
  WHERE entry.unknown_keys IS NOT NULL AND entry.status <> 'undone'
) placed
WHERE place <= 1000
ORDER BY staging_table, place
