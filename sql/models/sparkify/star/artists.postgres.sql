CREATE INDEX ON artists (artist_id)
