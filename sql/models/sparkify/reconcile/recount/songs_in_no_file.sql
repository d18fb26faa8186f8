-- next: They stay on purpose. Restore the file that held them, or empty the tables with npm run create-tables -- --force and load again.
-- Current songs that no file contains any more: a newer version of their file left them out, or the file is gone.
SELECT 'song ' || song_id AS offender
FROM (
  SELECT song_id
  FROM current_songs
  EXCEPT
  SELECT RTRIM(song_id, ' ')
  FROM source_staging_songs
) unheld
