-- The first thing every writing transaction does: of two that overlap, one waits here or is refused by the engine.
UPDATE load_run SET previous_stamp = stamp, stamp = {now}
