-- The events, each in the version that counts. Internal: songplays and users are derived from it. Text that is compared has
-- its trailing blanks cut, because Redshift ignores them.
-- of: staging_events
-- key: event_id
-- time: ts
CREATE TABLE current_events (
  event_id VARCHAR(32) NOT NULL, -- A digest of ts, session, item and user, which identify an event.
  ts BIGINT NOT NULL, -- When it happened, in milliseconds since 1970 (UTC).
  start_time TIMESTAMP NOT NULL, -- When it happened, in UTC.
  session_id BIGINT NOT NULL, -- The number of the session. Several users may have the same one.
  item_in_session BIGINT NOT NULL, -- The number of the event within its session, from 0.
  user_id BIGINT, -- The id of the user; NULL without a login.
  logged_in BOOLEAN NOT NULL, -- Whether a user is logged in, so that names and plan are theirs.
  page VARCHAR(256) NOT NULL, -- The page that was opened. NextSong is the play of a song.
  level VARCHAR(256), -- The user's plan at the time of the event: free or paid.
  song VARCHAR(1024), -- The title of the song played.
  artist VARCHAR(1024), -- The artist of the song played, as the app shows it.
  length DOUBLE PRECISION, -- The length of the song played, in seconds.
  location VARCHAR(1024), -- Where the user was: city and state.
  user_agent VARCHAR(1024), -- The browser, as it names itself.
  first_name VARCHAR(256), -- The user's first name at the time of the event.
  last_name VARCHAR(256), -- The user's last name at the time of the event.
  gender VARCHAR(256) -- The user's gender: F or M.
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
