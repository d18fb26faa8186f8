CREATE INDEX ON songs (song_id);
CREATE INDEX ON songs (artist_id)
