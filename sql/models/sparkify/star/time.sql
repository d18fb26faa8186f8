-- key: start_time
-- time: start_time
CREATE TABLE time (
  start_time TIMESTAMP NOT NULL,
  hour INTEGER NOT NULL,
  day INTEGER NOT NULL,
  week INTEGER NOT NULL,
  month INTEGER NOT NULL,
  year INTEGER NOT NULL,
  weekday INTEGER NOT NULL
);

-- UTC; ISO 8601 weeks; weekday 0 is Sunday.
SELECT
  start_time,
  EXTRACT(HOUR FROM start_time) AS hour,
  EXTRACT(DAY FROM start_time) AS day,
  EXTRACT(WEEK FROM start_time) AS week,
  EXTRACT(MONTH FROM start_time) AS month,
  EXTRACT(YEAR FROM start_time) AS year,
  EXTRACT(DOW FROM start_time) AS weekday
FROM (SELECT DISTINCT start_time FROM songplays WHERE {affected}) played
