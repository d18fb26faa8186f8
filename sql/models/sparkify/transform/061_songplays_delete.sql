-- skip: rebuild
DELETE FROM songplays WHERE songplay_id IN (SELECT event_id FROM run_plays)
