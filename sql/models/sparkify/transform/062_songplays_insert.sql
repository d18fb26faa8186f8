-- If several songs match a play, takes the smallest song_id. Matches once per song, so that no play is duplicated.
INSERT INTO songplays (
  songplay_id, start_time, user_id, level, song_id, artist_id, session_id, location, user_agent
)
SELECT
  e.event_id, e.start_time, e.user_id, e.level, s.song_id, s.artist_id, e.session_id, e.location, e.user_agent
FROM current_events e
JOIN run_plays r ON r.event_id = e.event_id
LEFT JOIN (
  SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration, MIN(song_id) AS song_id
  FROM current_songs
  GROUP BY RTRIM(title, ' '), RTRIM(artist_name, ' '), duration
) m ON e.song = m.match_title AND e.artist = m.match_artist AND e.length = m.duration
LEFT JOIN current_songs s ON s.song_id = m.song_id
WHERE e.page = 'NextSong'
