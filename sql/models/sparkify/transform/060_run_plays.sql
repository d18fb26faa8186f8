-- The events whose songplays are rebuilt: those of the run, and plays for which this run's songs may change the match.
CREATE TEMP TABLE run_plays AS
SELECT event_id, start_time
FROM run_events
UNION
SELECT e.event_id, e.start_time
FROM current_events e
JOIN changed_songs m ON e.song = m.match_title AND e.artist = m.match_artist AND e.length = m.duration
WHERE e.page = 'NextSong'
