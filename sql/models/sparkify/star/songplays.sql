-- key: songplay_id
-- time: start_time
-- affected by: current_events as event_id, start_time
CREATE TABLE songplays (
  songplay_id VARCHAR(32) NOT NULL,
  start_time TIMESTAMP NOT NULL,
  user_id BIGINT,
  level VARCHAR(256),
  song_id VARCHAR(256),
  artist_id VARCHAR(256),
  session_id BIGINT NOT NULL,
  location VARCHAR(1024),
  user_agent VARCHAR(1024)
);

-- If several songs match a play, takes the smallest song_id. Matches once per song, so that no play is duplicated.
SELECT
  e.event_id AS songplay_id, e.start_time, e.user_id, e.level, s.song_id, s.artist_id, e.session_id, e.location, e.user_agent
FROM (SELECT * FROM current_events WHERE page = 'NextSong' AND {affected: event_id, start_time}) e
LEFT JOIN (
  SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration, MIN(song_id) AS song_id
  FROM current_songs
  GROUP BY RTRIM(title, ' '), RTRIM(artist_name, ' '), duration
) m ON e.song = m.match_title AND e.artist = m.match_artist AND e.length = m.duration
LEFT JOIN current_songs s ON s.song_id = m.song_id
