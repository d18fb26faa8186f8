-- UTC; ISO 8601 weeks; weekday 0 is Sunday.
INSERT INTO time (start_time, hour, day, week, month, year, weekday)
SELECT
  start_time,
  EXTRACT(HOUR FROM start_time),
  EXTRACT(DAY FROM start_time),
  EXTRACT(WEEK FROM start_time),
  EXTRACT(MONTH FROM start_time),
  EXTRACT(YEAR FROM start_time),
  EXTRACT(DOW FROM start_time)
FROM (
  SELECT DISTINCT start_time
  FROM songplays
  WHERE start_time IN (SELECT start_time FROM run_plays)
) played
