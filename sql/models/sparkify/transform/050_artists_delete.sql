-- skip: rebuild
DELETE FROM artists WHERE artist_id IN (SELECT artist_id FROM changed_songs)
