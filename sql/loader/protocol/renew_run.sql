-- The row of load_run, after the table was emptied. Rows that others wrote there do not count.
INSERT INTO load_run (stamp, previous_stamp)
SELECT {now}, TIMESTAMP '1970-01-01 00:00:00'
