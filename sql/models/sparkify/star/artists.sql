-- key: artist_id
CREATE TABLE artists (
  artist_id VARCHAR(256) NOT NULL,
  name VARCHAR(1024),
  location VARCHAR(1024),
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION
)
