-- severity: error
-- Each NextSong event has exactly one songplay, and no other event has one.
SELECT
  'event ' || r.event_id || ' has ' || CAST(COUNT(p.songplay_id) AS VARCHAR(20)) || ' songplays' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM run_plays r
JOIN current_events e ON e.event_id = r.event_id
LEFT JOIN songplays p ON p.songplay_id = r.event_id
GROUP BY r.event_id
HAVING COUNT(p.songplay_id) <> MAX(CASE WHEN e.page = 'NextSong' THEN 1 ELSE 0 END)
