-- next: npm run rebuild makes everything derived anew from staging.
-- artists holds each artist of a current song once, and no other.
SELECT
  'artist ' || artist_id || ': ' || CAST(SUM(found) AS VARCHAR(20)) || ' rows in artists instead of '
    || CAST(SUM(due) AS VARCHAR(20)) AS offender
FROM (
  SELECT DISTINCT artist_id, 1 AS due, 0 AS found
  FROM current_songs
  UNION ALL
  SELECT artist_id, 0, 1
  FROM artists
) counted
GROUP BY artist_id
HAVING SUM(due) <> SUM(found)
