-- next: npm run rebuild makes everything derived anew from staging.
-- users holds each user who appears logged in once, and no other.
SELECT
  'user ' || CAST(user_id AS VARCHAR(20)) || ': ' || CAST(SUM(found) AS VARCHAR(20)) || ' rows in users instead of '
    || CAST(SUM(due) AS VARCHAR(20)) AS offender
FROM (
  SELECT DISTINCT user_id, 1 AS due, 0 AS found
  FROM current_events
  WHERE logged_in
  UNION ALL
  SELECT user_id, 0, 1
  FROM users
) counted
GROUP BY user_id
HAVING SUM(due) <> SUM(found)
