-- next: npm run rebuild makes everything derived anew from staging.
-- Each event that was ever staged stands in current_events once, and no other does.
SELECT
  'the event of ts ' || CAST(ts AS VARCHAR(20)) || ', sessionId ' || CAST(session_id AS VARCHAR(20))
    || ', itemInSession ' || CAST(item_in_session AS VARCHAR(20))
    || ', userId ' || COALESCE(CAST(user_id AS VARCHAR(20)), 'NULL') || ': '
    || CAST(SUM(found) AS VARCHAR(20)) || ' rows in current_events instead of ' || CAST(SUM(due) AS VARCHAR(20))
    AS offender
FROM (
  SELECT DISTINCT ts, sessionid AS session_id, iteminsession AS item_in_session, userid AS user_id, 1 AS due, 0 AS found
  FROM staging_events
  UNION ALL
  SELECT ts, session_id, item_in_session, user_id, 0, 1
  FROM current_events
) counted
GROUP BY ts, session_id, item_in_session, user_id
HAVING SUM(due) <> SUM(found)
