-- The songs. Internal: songs, artists and the matches of plays are derived from it.
-- of: staging_songs
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
);

SELECT
  RTRIM(song_id, ' ') AS song_id, title, RTRIM(artist_id, ' ') AS artist_id, artist_name, artist_location,
  artist_latitude, artist_longitude, year, duration
FROM staging_songs
