-- The newest entry of every file, and the newest stamp of the ledger that the planner has seen, to the microsecond.
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  CAST((SELECT MAX(loaded_at) FROM load_ledger) AS VARCHAR(32)) AS planned_stamp
FROM (
  SELECT
    staging_table,
    uri,
    version,
    size_bytes,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri ORDER BY loaded_at DESC) AS version_rank
  FROM load_ledger
) entries
WHERE version_rank = 1;

-- Past runs, newest first.
SELECT
  run_id,
  MAX(loaded_at) AS loaded_at,
  COUNT(*) AS files,
  SUM(records) AS records,
  SUM(size_bytes) AS size_bytes
FROM load_ledger
GROUP BY run_id
ORDER BY loaded_at DESC, run_id;

SELECT 'staging_events' AS table_name, COUNT(*) AS row_count FROM "staging_events"
UNION ALL
SELECT 'staging_songs' AS table_name, COUNT(*) AS row_count FROM "staging_songs"
UNION ALL
SELECT 'artists' AS table_name, COUNT(*) AS row_count FROM "artists"
UNION ALL
SELECT 'songplays' AS table_name, COUNT(*) AS row_count FROM "songplays"
UNION ALL
SELECT 'songs' AS table_name, COUNT(*) AS row_count FROM "songs"
UNION ALL
SELECT 'time' AS table_name, COUNT(*) AS row_count FROM "time"
UNION ALL
SELECT 'users' AS table_name, COUNT(*) AS row_count FROM "users";

SELECT table_name FROM information_schema.tables WHERE table_schema = 'sparkify';

SELECT file_name, line_number, column_name, column_type, column_length, error_code, error_message, '' AS raw_line
FROM sys_load_error_detail
WHERE query_id = 7
ORDER BY start_time DESC, file_name, line_number
LIMIT 20;

SELECT filename, line_number, colname, type, col_length, err_code, err_reason, raw_line
FROM stl_load_errors
WHERE query = 7
ORDER BY starttime DESC, filename, line_number
LIMIT 20;

SELECT file_name, line_number, column_name, column_type, column_length, error_code, error_message, '' AS raw_line
FROM sys_load_error_detail
WHERE LEFT(file_name, 23) = 's3://work/starload/RUN/'
ORDER BY start_time DESC, file_name, line_number
LIMIT 20;

SELECT filename, line_number, colname, type, col_length, err_code, err_reason, raw_line
FROM stl_load_errors
WHERE LEFT(filename, 23) = 's3://work/starload/RUN/'
ORDER BY starttime DESC, filename, line_number
LIMIT 20;

-- Which hours of the day (UTC) are the busiest?
SELECT t.hour, COUNT(*) AS plays
FROM songplays p
JOIN time t ON t.start_time = p.start_time
GROUP BY t.hour
ORDER BY plays DESC, t.hour;

-- How many plays did women and men make?
SELECT u.gender, COUNT(*) AS plays
FROM songplays p
JOIN users u ON u.user_id = p.user_id
GROUP BY u.gender
ORDER BY plays DESC, u.gender;

-- How many plays did paying and free listeners make?
SELECT level, COUNT(*) AS plays
FROM songplays
GROUP BY level
ORDER BY plays DESC, level;

-- How many plays fall in each ISO week?
SELECT t.week, COUNT(*) AS plays
FROM songplays p
JOIN time t ON t.start_time = p.start_time
GROUP BY t.week
ORDER BY t.week;

-- How many plays fall on each day of the week (0 is Sunday)?
SELECT t.weekday, COUNT(*) AS plays
FROM songplays p
JOIN time t ON t.start_time = p.start_time
GROUP BY t.weekday
ORDER BY t.weekday;

-- Where is most played?
SELECT location, COUNT(*) AS plays
FROM songplays
GROUP BY location
ORDER BY plays DESC, location
LIMIT 10;

-- Which songs of the catalogue are played most?
SELECT s.song_id, s.title, a.name AS artist, COUNT(*) AS plays
FROM songplays p
JOIN songs s ON s.song_id = p.song_id
JOIN artists a ON a.artist_id = p.artist_id
GROUP BY s.song_id, s.title, a.name
ORDER BY plays DESC, s.song_id
LIMIT 10;

-- Who plays most?
SELECT p.user_id, u.first_name, u.last_name, u.level, COUNT(*) AS plays
FROM songplays p
JOIN users u ON u.user_id = p.user_id
GROUP BY p.user_id, u.first_name, u.last_name, u.level
ORDER BY plays DESC, p.user_id
LIMIT 10;

-- How many users end up free, how many paying?
SELECT level, COUNT(*) AS users
FROM users
GROUP BY level
ORDER BY users DESC, level;
