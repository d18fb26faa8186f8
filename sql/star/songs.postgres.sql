-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
CREATE TABLE songs (
  song_id VARCHAR(256) COLLATE "C" NOT NULL,
  title VARCHAR(1024) COLLATE "C",
  artist_id VARCHAR(256) COLLATE "C" NOT NULL,
  year BIGINT,
  duration DOUBLE PRECISION
);
CREATE INDEX ON songs (song_id);
CREATE INDEX ON songs (artist_id);
