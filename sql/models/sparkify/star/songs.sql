-- The songs of the catalogue.
-- key: song_id
CREATE TABLE songs (
  song_id VARCHAR(256) NOT NULL, -- The id of the song, such as SOUPIRU12A6D4FA1E1.
  title VARCHAR(1024), -- The title of the song.
  artist_id VARCHAR(256) NOT NULL, -- The artist, a row of artists.
  year BIGINT, -- The year of release; 0 if it is not known.
  duration DOUBLE PRECISION -- The length of the song, in seconds.
);

SELECT song_id, title, artist_id, year, duration
FROM current_songs
