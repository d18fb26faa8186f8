-- skip: rebuild
DELETE FROM users WHERE user_id IN (SELECT user_id FROM run_events)
