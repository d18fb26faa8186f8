-- The songs, each in the version that counts. Internal: songs, artists and the matches of plays are derived from it.
-- of: staging_songs
-- key: song_id
CREATE TABLE current_songs (
  song_id VARCHAR(256) NOT NULL, -- The id of the song, such as SOUPIRU12A6D4FA1E1.
  title VARCHAR(1024), -- The title of the song.
  artist_id VARCHAR(256) NOT NULL, -- The id of the artist, such as ARJIE2Y1187B994AB7.
  artist_name VARCHAR(1024), -- The artist's name on this song; may add guests.
  artist_location VARCHAR(1024), -- Where the artist is from, in words.
  artist_latitude DOUBLE PRECISION, -- The latitude of where the artist is from, in degrees.
  artist_longitude DOUBLE PRECISION, -- The longitude of where the artist is from, in degrees.
  year BIGINT, -- The year of release; 0 if it is not known.
  duration DOUBLE PRECISION -- The length of the song, in seconds.
);

SELECT
  RTRIM(song_id, ' ') AS song_id, title, RTRIM(artist_id, ' ') AS artist_id, artist_name, artist_location,
  artist_latitude, artist_longitude, year, duration
FROM staging_songs
