-- Runs, and joins with the plays, look up rows by their time.
CREATE INDEX ON time (start_time)
