-- The version of each event that counts: one row per (ts, sessionId, itemInSession, userId). Internal: songplays and
-- users are derived from it. Text that is compared has its trailing blanks cut, because Redshift ignores them.
-- key: event_id
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
)
