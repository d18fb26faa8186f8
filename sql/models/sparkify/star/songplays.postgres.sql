CREATE INDEX ON songplays (songplay_id);
CREATE INDEX ON songplays (start_time)
