-- skip: rebuild
DELETE FROM songs WHERE song_id IN (SELECT song_id FROM run_songs)
