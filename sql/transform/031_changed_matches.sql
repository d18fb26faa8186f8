-- What plays could match before this run and what they can match after it: plays with one of these are matched anew.
CREATE TEMP TABLE changed_matches AS
SELECT match_title, match_artist, duration
FROM current_songs
WHERE song_id IN (SELECT song_id FROM run_songs)
UNION
SELECT match_title, match_artist, duration
FROM run_songs
