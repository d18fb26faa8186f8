INSERT INTO current_songs (
  song_id, title, artist_id, artist_name, artist_location, artist_latitude, artist_longitude, year, duration
)
SELECT
  song_id, title, artist_id, artist_name, artist_location, artist_latitude, artist_longitude, year, duration
FROM run_songs
