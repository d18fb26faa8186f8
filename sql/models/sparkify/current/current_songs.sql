-- The version of each song that counts: one row per song_id. Internal: songs, artists and the matches of plays are derived
-- from it.
-- key: song_id
CREATE TABLE current_songs (
  song_id VARCHAR(256) NOT NULL,
  title VARCHAR(1024),
  artist_id VARCHAR(256) NOT NULL,
  artist_name VARCHAR(1024),
  artist_location VARCHAR(1024),
  artist_latitude DOUBLE PRECISION,
  artist_longitude DOUBLE PRECISION,
  year BIGINT,
  duration DOUBLE PRECISION
)
