-- The plays of songs, one row for each. A play has a song if title, artist and length are those of one in the catalogue.
-- key: songplay_id
-- time: start_time
-- affected by: current_events as event_id, start_time
CREATE TABLE songplays (
  songplay_id VARCHAR(32) NOT NULL, -- The play, with the id of its event.
  start_time TIMESTAMP NOT NULL, -- When the song was started, in UTC: a row of time.
  user_id BIGINT, -- Who played it, a row of users; NULL without a login.
  level VARCHAR(256), -- The user's plan at the time of the play: free or paid.
  song_id VARCHAR(256), -- The song, a row of songs; NULL if none in the catalogue matches.
  artist_id VARCHAR(256), -- The song's artist, a row of artists; NULL if the song is.
  session_id BIGINT NOT NULL, -- The number of the session. Several users may have the same one.
  location VARCHAR(1024), -- Where the user was: city and state.
  user_agent VARCHAR(1024) -- The browser, as it names itself.
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
