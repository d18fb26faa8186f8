-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
CREATE TABLE artists (
  artist_id VARCHAR(256) COLLATE "C" NOT NULL,
  name VARCHAR(1024) COLLATE "C",
  location VARCHAR(1024) COLLATE "C",
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION
);
CREATE INDEX ON artists (artist_id);
