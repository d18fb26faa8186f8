-- The first statement of every writing transaction. If two overlap, one waits here or the engine refuses it.
UPDATE load_run SET previous_stamp = stamp, stamp = {now}
