-- source: SONG_DATA
-- key: song_id
CREATE TABLE staging_songs (
  num_songs BIGINT,
  artist_id VARCHAR(256) NOT NULL,
  artist_latitude DOUBLE PRECISION,
  artist_longitude DOUBLE PRECISION,
  artist_location VARCHAR(1024),
  artist_name VARCHAR(1024),
  song_id VARCHAR(256) NOT NULL,
  title VARCHAR(1024),
  duration DOUBLE PRECISION,
  year BIGINT
)
