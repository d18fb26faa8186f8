-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
-- A run finds its events by their ids, the plays that a song could match, and the latest events of its users.
CREATE TABLE current_events (
  event_id VARCHAR(32) COLLATE "C" NOT NULL,
  ts BIGINT NOT NULL,
  start_time TIMESTAMP NOT NULL,
  session_id BIGINT NOT NULL,
  item_in_session BIGINT NOT NULL,
  user_id BIGINT,
  logged_in BOOLEAN NOT NULL,
  page VARCHAR(256) COLLATE "C" NOT NULL,
  level VARCHAR(256) COLLATE "C",
  song VARCHAR(1024) COLLATE "C",
  artist VARCHAR(1024) COLLATE "C",
  length DOUBLE PRECISION,
  location VARCHAR(1024) COLLATE "C",
  user_agent VARCHAR(1024) COLLATE "C",
  first_name VARCHAR(256) COLLATE "C",
  last_name VARCHAR(256) COLLATE "C",
  gender VARCHAR(256) COLLATE "C"
);
CREATE INDEX ON current_events (event_id);
CREATE INDEX ON current_events (song) WHERE page = 'NextSong';
CREATE INDEX ON current_events (user_id, ts);
