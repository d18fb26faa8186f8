-- severity: error
-- Each song's artist is in artists exactly once.
SELECT
  'artist ' || s.artist_id || ' has ' || CAST(COUNT(a.artist_id) AS VARCHAR(20)) || ' rows in artists' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (SELECT DISTINCT artist_id FROM songs) s
LEFT JOIN artists a ON a.artist_id = s.artist_id
GROUP BY s.artist_id
HAVING COUNT(a.artist_id) <> 1
