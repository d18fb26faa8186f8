-- How many rows does each table hold?
SELECT 'staging_events' AS table_name, COUNT(*) AS row_count FROM staging_events
UNION ALL
SELECT 'staging_songs' AS table_name, COUNT(*) AS row_count FROM staging_songs
UNION ALL
SELECT 'songplays' AS table_name, COUNT(*) AS row_count FROM songplays
UNION ALL
SELECT 'users' AS table_name, COUNT(*) AS row_count FROM users
UNION ALL
SELECT 'songs' AS table_name, COUNT(*) AS row_count FROM songs
UNION ALL
SELECT 'artists' AS table_name, COUNT(*) AS row_count FROM artists
UNION ALL
SELECT 'time' AS table_name, COUNT(*) AS row_count FROM time
ORDER BY table_name
