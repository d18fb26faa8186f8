-- next: npm run rebuild makes everything derived anew from staging.
-- songplays holds, for each NextSong event, one row: the event's own values and the song that matches it.
SELECT
  'songplay ' || songplay_id || ': ' || CAST(SUM(found) AS VARCHAR(20)) || ' such rows in songplays instead of '
    || CAST(SUM(due) AS VARCHAR(20)) AS offender
FROM (
  SELECT
    e.event_id AS songplay_id, e.start_time, e.user_id, e.level, s.song_id, s.artist_id, e.session_id, e.location,
    e.user_agent, 1 AS due, 0 AS found
  FROM current_events e
  LEFT JOIN (
    SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration, MIN(song_id) AS song_id
    FROM current_songs
    GROUP BY RTRIM(title, ' '), RTRIM(artist_name, ' '), duration
  ) m ON e.song = m.match_title AND e.artist = m.match_artist AND e.length = m.duration
  LEFT JOIN current_songs s ON s.song_id = m.song_id
  WHERE e.page = 'NextSong'
  UNION ALL
  SELECT songplay_id, start_time, user_id, level, song_id, artist_id, session_id, location, user_agent, 0, 1
  FROM songplays
) counted
GROUP BY songplay_id, start_time, user_id, level, song_id, artist_id, session_id, location, user_agent
HAVING SUM(due) <> SUM(found)
