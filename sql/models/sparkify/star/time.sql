-- The times at which songs were started, with their parts.
-- key: start_time
-- time: start_time
CREATE TABLE time (
  start_time TIMESTAMP NOT NULL, -- When songs were started, in UTC.
  hour INTEGER NOT NULL, -- The hour of the day, 0 to 23.
  day INTEGER NOT NULL, -- The day of the month, 1 to 31.
  week INTEGER NOT NULL, -- The ISO 8601 week of the year, 1 to 53.
  month INTEGER NOT NULL, -- The month, 1 to 12.
  year INTEGER NOT NULL, -- The year of the date, which may not be that of the ISO week.
  weekday INTEGER NOT NULL -- The day of the week: 0 is Sunday, 6 is Saturday.
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
