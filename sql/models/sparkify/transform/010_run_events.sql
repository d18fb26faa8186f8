-- The run's events, one row per (ts, sessionId, itemInSession, userId): the later run wins, and within a run a rule on
-- content that does not depend on order or collation. The event's id is derived from its key.
CREATE TEMP TABLE run_events AS
SELECT
  MD5(CAST(ts AS VARCHAR(20)) || '|' || CAST(sessionid AS VARCHAR(20)) || '|' || CAST(iteminsession AS VARCHAR(20))
    || '|' || COALESCE(CAST(userid AS VARCHAR(20)), '')) AS event_id,
  ts,
  TIMESTAMP '1970-01-01 00:00:00' + FLOOR(ts / 1000.0) * INTERVAL '1 second'
    + (ts - 1000 * FLOOR(ts / 1000.0)) * INTERVAL '0.001 second' AS start_time,
  sessionid AS session_id,
  iteminsession AS item_in_session,
  userid AS user_id,
  -- An event with a user counts as logged in unless it states otherwise.
  CASE WHEN userid IS NULL OR RTRIM(auth, ' ') = 'Logged Out' THEN FALSE ELSE TRUE END AS logged_in,
  RTRIM(page, ' ') AS page,
  level,
  RTRIM(song, ' ') AS song,
  RTRIM(artist, ' ') AS artist,
  length,
  location,
  useragent AS user_agent,
  firstname AS first_name,
  lastname AS last_name,
  gender
FROM (
  SELECT
    e.*,
    ROW_NUMBER() OVER (
      PARTITION BY ts, sessionid, iteminsession, userid
      ORDER BY
        loaded_at DESC,
        MD5(CAST(LENGTH(page) AS VARCHAR(20)) || ':' || page
          || COALESCE(CAST(LENGTH(auth) AS VARCHAR(20)) || ':' || auth, '-')
          || COALESCE(CAST(LENGTH(level) AS VARCHAR(20)) || ':' || level, '-')
          || COALESCE(CAST(LENGTH(song) AS VARCHAR(20)) || ':' || song, '-')
          || COALESCE(CAST(LENGTH(artist) AS VARCHAR(20)) || ':' || artist, '-')
          || COALESCE(CAST(LENGTH(location) AS VARCHAR(20)) || ':' || location, '-')
          || COALESCE(CAST(LENGTH(useragent) AS VARCHAR(20)) || ':' || useragent, '-')
          || COALESCE(CAST(LENGTH(firstname) AS VARCHAR(20)) || ':' || firstname, '-')
          || COALESCE(CAST(LENGTH(lastname) AS VARCHAR(20)) || ':' || lastname, '-')
          || COALESCE(CAST(LENGTH(gender) AS VARCHAR(20)) || ':' || gender, '-')),
        length NULLS LAST
    ) AS version_rank
  FROM staging_events e
  WHERE loaded_at >= {since}
) versions
WHERE version_rank = 1
