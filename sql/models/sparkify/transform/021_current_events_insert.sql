INSERT INTO current_events (
  event_id, ts, start_time, session_id, item_in_session, user_id, logged_in, page, level, song, artist, length,
  location, user_agent, first_name, last_name, gender
)
SELECT
  event_id, ts, start_time, session_id, item_in_session, user_id, logged_in, page, level, song, artist, length,
  location, user_agent, first_name, last_name, gender
FROM run_events
