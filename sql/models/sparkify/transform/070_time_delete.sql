-- skip: rebuild
DELETE FROM time WHERE start_time IN (SELECT start_time FROM run_plays)
