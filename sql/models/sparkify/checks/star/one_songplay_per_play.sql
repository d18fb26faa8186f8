-- severity: error
-- Each NextSong event has exactly one songplay, and no other event has one.
SELECT
  'event ' || e.event_id || ' has ' || CAST(COUNT(p.songplay_id) AS VARCHAR(20)) || ' songplays' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (SELECT event_id, page FROM current_events WHERE {affected songplays: event_id, start_time}) e
LEFT JOIN (SELECT songplay_id FROM songplays WHERE {affected songplays}) p ON p.songplay_id = e.event_id
GROUP BY e.event_id
HAVING COUNT(p.songplay_id) <> MAX(CASE WHEN e.page = 'NextSong' THEN 1 ELSE 0 END)
