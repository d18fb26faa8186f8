-- source: SONG_DATA
-- about: the song files
-- example: s3://udacity-dend/song_data
-- also: s3_song_data, song_data_path
-- jsonpaths: SONG_JSONPATH
-- jsonpaths example: s3://my-bucket/song_json_path.json
-- jsonpaths also: song_json_path, song_jsonpaths, song_json_paths, songs_jsonpath, s3_song_jsonpath
-- key: song_id
CREATE TABLE staging_songs (
  num_songs BIGINT,
  artist_id VARCHAR(256) NOT NULL,
  artist_latitude DOUBLE PRECISION,
  artist_longitude DOUBLE PRECISION,
  artist_location VARCHAR(1024),
  artist_name VARCHAR(1024),
  song_id VARCHAR(256) NOT NULL,
  title VARCHAR(1024),
  duration DOUBLE PRECISION,
  year BIGINT
)
