-- The catalogue of songs: every song file, in every version that was ever loaded.
-- source: SONG_DATA
-- about: the song files
-- example: s3://udacity-dend/song_data
-- also: s3_song_data, song_data_path
-- jsonpaths: SONG_JSONPATH
-- jsonpaths example: s3://my-bucket/song_json_path.json
-- jsonpaths also: song_json_path, song_jsonpaths, song_json_paths, songs_jsonpath, s3_song_jsonpath
-- key: song_id
CREATE TABLE staging_songs (
  num_songs BIGINT, -- The number of songs in the file, always 1.
  artist_id VARCHAR(256) NOT NULL, -- The id of the artist, such as ARJIE2Y1187B994AB7.
  artist_latitude DOUBLE PRECISION, -- The latitude of where the artist is from, in degrees.
  artist_longitude DOUBLE PRECISION, -- The longitude of where the artist is from, in degrees.
  artist_location VARCHAR(1024), -- Where the artist is from, in words.
  artist_name VARCHAR(1024), -- The artist's name on this song; may add guests.
  song_id VARCHAR(256) NOT NULL, -- The id of the song, such as SOUPIRU12A6D4FA1E1.
  title VARCHAR(1024), -- The title of the song.
  duration DOUBLE PRECISION, -- The length of the song, in seconds.
  year BIGINT -- The year of release; 0 if it is not known.
)
