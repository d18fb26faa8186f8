CREATE INDEX ON current_songs (song_id);
CREATE INDEX ON current_songs (artist_id)
