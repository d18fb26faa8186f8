-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
CREATE TABLE current_songs (
  song_id VARCHAR(256) COLLATE "C" NOT NULL,
  title VARCHAR(1024) COLLATE "C",
  artist_id VARCHAR(256) COLLATE "C" NOT NULL,
  artist_name VARCHAR(1024) COLLATE "C",
  artist_location VARCHAR(1024) COLLATE "C",
  artist_latitude DOUBLE PRECISION,
  artist_longitude DOUBLE PRECISION,
  year BIGINT,
  duration DOUBLE PRECISION
);
CREATE INDEX ON current_songs (song_id);
CREATE INDEX ON current_songs (artist_id);
