-- key: song_id
CREATE TABLE songs (
  song_id VARCHAR(256) NOT NULL,
  title VARCHAR(1024),
  artist_id VARCHAR(256) NOT NULL,
  year BIGINT,
  duration DOUBLE PRECISION
);

SELECT song_id, title, artist_id, year, duration
FROM current_songs
