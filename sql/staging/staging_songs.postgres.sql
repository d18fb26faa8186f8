-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
-- source: SONG_DATA
CREATE TABLE staging_songs (
  num_songs BIGINT,
  artist_id VARCHAR(256) COLLATE "C" NOT NULL,
  artist_latitude DOUBLE PRECISION,
  artist_longitude DOUBLE PRECISION,
  artist_location VARCHAR(1024) COLLATE "C",
  artist_name VARCHAR(1024) COLLATE "C",
  song_id VARCHAR(256) COLLATE "C" NOT NULL,
  title VARCHAR(1024) COLLATE "C",
  duration DOUBLE PRECISION,
  year BIGINT,
  loaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE INDEX ON staging_songs (loaded_at);
