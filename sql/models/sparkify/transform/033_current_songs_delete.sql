-- skip: rebuild
DELETE FROM current_songs WHERE song_id IN (SELECT song_id FROM run_songs)
