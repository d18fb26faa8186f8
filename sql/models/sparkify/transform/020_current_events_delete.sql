-- skip: rebuild
DELETE FROM current_events WHERE event_id IN (SELECT event_id FROM run_events)
