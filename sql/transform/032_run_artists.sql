-- The artists of the run's songs, before this run and after it.
CREATE TEMP TABLE run_artists AS
SELECT artist_id
FROM current_songs
WHERE song_id IN (SELECT song_id FROM run_songs)
UNION
SELECT artist_id
FROM run_songs
