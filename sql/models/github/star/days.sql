-- One row for each UTC day on which something happened, with how much happened.
-- key: day
-- time: day
CREATE TABLE days (
  day DATE NOT NULL, -- The day.
  year INTEGER NOT NULL, -- Its year.
  month INTEGER NOT NULL, -- Its month, from 1 to 12.
  day_of_month INTEGER NOT NULL, -- Its day of the month, from 1 to 31.
  week INTEGER NOT NULL, -- Its ISO 8601 week.
  weekday INTEGER NOT NULL, -- Its day of the week, from 0 for Sunday to 6.
  events BIGINT NOT NULL, -- How many events it has.
  actors BIGINT NOT NULL, -- How many accounts caused them.
  repos BIGINT NOT NULL -- In how many repositories.
);

SELECT
  day,
  EXTRACT(YEAR FROM day) AS year,
  EXTRACT(MONTH FROM day) AS month,
  EXTRACT(DAY FROM day) AS day_of_month,
  EXTRACT(WEEK FROM day) AS week,
  EXTRACT(DOW FROM day) AS weekday,
  COUNT(*) AS events,
  COUNT(DISTINCT actor_id) AS actors,
  COUNT(DISTINCT repo_id) AS repos
FROM activity
WHERE {affected}
GROUP BY day
