INSERT INTO current_songs (
  song_id, title, artist_id, artist_name, artist_location, artist_latitude, artist_longitude, year, duration,
  match_title, match_artist
)
SELECT
  song_id, title, artist_id, artist_name, artist_location, artist_latitude, artist_longitude, year, duration,
  match_title, match_artist
FROM run_songs
