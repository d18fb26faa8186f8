-- The plays that a changed song matched before, or may match now.
SELECT e.event_id AS songplay_id, e.start_time
FROM current_events e
JOIN changed_current_songs m
  ON e.song = RTRIM(m.title, ' ') AND e.artist = RTRIM(m.artist_name, ' ') AND e.length = m.duration
WHERE e.page = 'NextSong'
