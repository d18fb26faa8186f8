-- key: songplay_id
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
