-- next: npm run rebuild makes everything derived anew from staging.
-- time holds each start_time of a songplay once, and no other.
SELECT
  'start_time ' || CAST(start_time AS VARCHAR(32)) || ': ' || CAST(SUM(found) AS VARCHAR(20))
    || ' rows in time instead of ' || CAST(SUM(due) AS VARCHAR(20)) AS offender
FROM (
  SELECT DISTINCT start_time, 1 AS due, 0 AS found
  FROM songplays
  UNION ALL
  SELECT start_time, 0, 1
  FROM time
) counted
GROUP BY start_time
HAVING SUM(due) <> SUM(found)
