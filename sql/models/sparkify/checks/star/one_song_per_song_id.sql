-- severity: error
SELECT
  'song ' || song_id || ' has ' || CAST(COUNT(*) AS VARCHAR(20)) || ' rows in songs' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM songs
GROUP BY song_id
HAVING COUNT(*) <> 1
