-- What plays could match before this run and what they can match after it: plays with one of these are matched anew.
-- Trailing blanks are cut wherever text is compared, since Redshift ignores them and the other engines do not.
CREATE TEMP TABLE changed_matches AS
SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration
FROM current_songs
WHERE song_id IN (SELECT song_id FROM run_songs)
UNION
SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration
FROM run_songs
