-- Distributed like time, with which it is joined most. Never by song_id or artist_id, which are mostly NULL: one slice
-- would hold them all. No keys are declared: Redshift does not enforce them, and its planner trusts them.
CREATE TABLE songplays (
  songplay_id VARCHAR(32) NOT NULL,
  start_time TIMESTAMP NOT NULL,
  user_id BIGINT,
  level VARCHAR(256),
  song_id VARCHAR(256),
  artist_id VARCHAR(256),
  session_id BIGINT NOT NULL,
  location VARCHAR(1024),
  user_agent VARCHAR(1024)
)
DISTKEY (start_time)
SORTKEY (start_time)
