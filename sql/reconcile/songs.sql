-- next: npm run rebuild makes everything derived anew from staging.
-- songs holds the current version of each song.
SELECT
  'song ' || song_id || ': ' || CAST(SUM(found) AS VARCHAR(20)) || ' such rows in songs instead of '
    || CAST(SUM(due) AS VARCHAR(20)) AS offender
FROM (
  SELECT song_id, title, artist_id, year, duration, 1 AS due, 0 AS found
  FROM current_songs
  UNION ALL
  SELECT song_id, title, artist_id, year, duration, 0, 1
  FROM songs
) counted
GROUP BY song_id, title, artist_id, year, duration
HAVING SUM(due) <> SUM(found)
