-- next: They stay on purpose. Restore the file that held them, or empty the tables with npm run create-tables -- --force and load again.
-- Current events that no file contains any more: a newer version of their file left them out, or the file is gone.
SELECT
  'the event of ts ' || CAST(ts AS VARCHAR(20)) || ', sessionId ' || CAST(session_id AS VARCHAR(20))
    || ', itemInSession ' || CAST(item_in_session AS VARCHAR(20))
    || ', userId ' || COALESCE(CAST(user_id AS VARCHAR(20)), 'NULL') AS offender
FROM (
  SELECT ts, session_id, item_in_session, user_id
  FROM current_events
  EXCEPT
  SELECT ts, sessionid, iteminsession, userid
  FROM source_staging_events
) unheld
