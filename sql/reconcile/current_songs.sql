-- next: npm run rebuild makes everything derived anew from staging.
-- Each song that was ever staged stands in current_songs once, and no other does.
SELECT
  'song ' || song_id || ': ' || CAST(SUM(found) AS VARCHAR(20)) || ' rows in current_songs instead of '
    || CAST(SUM(due) AS VARCHAR(20)) AS offender
FROM (
  SELECT DISTINCT RTRIM(song_id, ' ') AS song_id, 1 AS due, 0 AS found
  FROM staging_songs
  UNION ALL
  SELECT song_id, 0, 1
  FROM current_songs
) counted
GROUP BY song_id
HAVING SUM(due) <> SUM(found)
