-- The events. Internal: songplays and users are derived from it. The id of an event is derived from its key. Text that is
-- compared has its trailing blanks cut, because Redshift ignores them.
-- of: staging_events
-- key: event_id
-- time: ts
CREATE TABLE current_events (
  event_id VARCHAR(32) NOT NULL,
  ts BIGINT NOT NULL,
  start_time TIMESTAMP NOT NULL,
  session_id BIGINT NOT NULL,
  item_in_session BIGINT NOT NULL,
  user_id BIGINT,
  logged_in BOOLEAN NOT NULL,
  page VARCHAR(256) NOT NULL,
  level VARCHAR(256),
  song VARCHAR(1024),
  artist VARCHAR(1024),
  length DOUBLE PRECISION,
  location VARCHAR(1024),
  user_agent VARCHAR(1024),
  first_name VARCHAR(256),
  last_name VARCHAR(256),
  gender VARCHAR(256)
);

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
FROM staging_events
