-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
CREATE TABLE songplays (
  songplay_id VARCHAR(32) COLLATE "C" NOT NULL,
  start_time TIMESTAMP NOT NULL,
  user_id BIGINT,
  level VARCHAR(256) COLLATE "C",
  song_id VARCHAR(256) COLLATE "C",
  artist_id VARCHAR(256) COLLATE "C",
  session_id BIGINT NOT NULL,
  location VARCHAR(1024) COLLATE "C",
  user_agent VARCHAR(1024) COLLATE "C"
);
CREATE INDEX ON songplays (songplay_id);
CREATE INDEX ON songplays (start_time);
