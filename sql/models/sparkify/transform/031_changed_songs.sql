-- The run's songs as they were before this run and as they are after it. Plays that match one of these are matched again,
-- and their artists are selected again. They are in one table, because Redshift limits the number of statements.
-- Trailing blanks are cut wherever text is compared, because Redshift ignores them and the other engines do not.
CREATE TEMP TABLE changed_songs AS
SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration, artist_id
FROM current_songs
WHERE song_id IN (SELECT song_id FROM run_songs)
UNION
SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration, artist_id
FROM run_songs
