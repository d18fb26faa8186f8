SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

LOCK "sparkify"."load_run";

-- The first statement of every writing transaction. If two overlap, one waits here or the engine refuses it.
UPDATE "sparkify".load_run SET previous_stamp = stamp, stamp = SYSDATE;

-- The conditions for undoing a file. Each message begins with a different letter, as in load_guard.
-- meanwhile: there must still be loads of the file to undo, and each of their rows must be one that undo_file_rows finds.
SELECT CAST(CASE
  WHEN run.run_rows <> 1 THEN 'broken load_run'
  WHEN run.previous_stamp >= SYSDATE OR ledger.newer > 0 THEN 'older stamp than the last run'
  WHEN undone.files = 0 OR undone.due <> staged.found THEN 'meanwhile another process has undone or loaded the file'
  ELSE '0' END AS INTEGER) AS passed
FROM (
  SELECT COUNT(*) AS run_rows, MAX(previous_stamp) AS previous_stamp FROM "sparkify".load_run
) run, (
  SELECT COUNT(*) AS newer FROM "sparkify".load_ledger WHERE loaded_at > SYSDATE
) ledger, (
  SELECT
    COUNT(CASE WHEN status <> 'forgotten' THEN 1 END) AS files,
    COALESCE(SUM(CASE WHEN status <> 'quarantined' THEN records - rejected END), 0) AS due
  FROM "sparkify".load_ledger
  WHERE status NOT IN ('moved', 'undone', 'forget') AND (uri = 'X')
) undone, (
  SELECT SUM(row_count) AS found
  FROM (

    SELECT COUNT(*) AS row_count
    FROM "sparkify"."staging_events"
    WHERE loaded_at IN (
      SELECT loaded_at FROM "sparkify".load_ledger WHERE staging_table = 'staging_events' AND status = 'loaded' AND (uri = 'X')
    ) AND (
      loaded_at NOT IN (
        SELECT loaded_at FROM "sparkify".load_ledger WHERE staging_table = 'staging_events' AND status = 'loaded' AND NOT (uri = 'X')
      ) OR CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20)) IN (
        SELECT CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20))
        FROM "sparkify".load_ledger
        WHERE staging_table = 'staging_events' AND status = 'loaded' AND (uri = 'X')
      )
    )
UNION ALL SELECT COUNT(*) AS row_count FROM "sparkify"."staging_songs" WHERE loaded_at IN ( SELECT loaded_at FROM "sparkify".load_ledger WHERE staging_table = 'staging_songs' AND status = 'loaded' AND (uri = 'X') ) AND ( loaded_at NOT IN ( SELECT loaded_at FROM "sparkify".load_ledger WHERE staging_table = 'staging_songs' AND status = 'loaded' AND NOT (uri = 'X') ) OR CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20)) IN ( SELECT CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20)) FROM "sparkify".load_ledger WHERE staging_table = 'staging_songs' AND status = 'loaded' AND (uri = 'X') ) )
  ) counted
) staged;

-- The rows of a file: all that have its number and, if the run loaded no other file into the table, all of the run.
DELETE FROM "sparkify"."staging_events"
WHERE loaded_at IN (
  SELECT loaded_at FROM "sparkify".load_ledger WHERE staging_table = 'staging_events' AND status = 'loaded' AND (uri = 'X')
) AND (
  loaded_at NOT IN (
    SELECT loaded_at FROM "sparkify".load_ledger WHERE staging_table = 'staging_events' AND status = 'loaded' AND NOT (uri = 'X')
  ) OR CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20)) IN (
    SELECT CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20))
    FROM "sparkify".load_ledger
    WHERE staging_table = 'staging_events' AND status = 'loaded' AND (uri = 'X')
  )
);

-- The rows of a file: all that have its number and, if the run loaded no other file into the table, all of the run.
DELETE FROM "sparkify"."staging_songs"
WHERE loaded_at IN (
  SELECT loaded_at FROM "sparkify".load_ledger WHERE staging_table = 'staging_songs' AND status = 'loaded' AND (uri = 'X')
) AND (
  loaded_at NOT IN (
    SELECT loaded_at FROM "sparkify".load_ledger WHERE staging_table = 'staging_songs' AND status = 'loaded' AND NOT (uri = 'X')
  ) OR CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20)) IN (
    SELECT CAST(loaded_at AS VARCHAR(32)) || ' ' || CAST(source_file AS VARCHAR(20))
    FROM "sparkify".load_ledger
    WHERE staging_table = 'staging_songs' AND status = 'loaded' AND (uri = 'X')
  )
);

-- The bad records that the run kept out.
DELETE FROM "sparkify".rejected_records
WHERE uri = 'X';

-- A run that was repeated after create-tables is not repeated once more.
UPDATE "sparkify".load_history SET generation = 0
WHERE uri = 'X';

-- The files of the run keep their rows, so that etl does not load them again unless it is told. What was only moved stays. Of
-- records that were left out there are none any more.
UPDATE "sparkify".load_ledger SET
  status = CASE WHEN status = 'forgotten' THEN status ELSE 'undone' END,
  rejected = CASE WHEN status = 'forgotten' THEN 0 ELSE rejected END
WHERE status NOT IN ('moved', 'forget') AND (uri = 'X');

-- Files that were only moved, and whose content was undone and is not in staging any more, under no name. A refresh from whole
-- folders has removed what was there before it.
UPDATE "sparkify".load_ledger SET status = 'undone'
WHERE status = 'moved'
  AND staging_table || ' ' || CAST(size_bytes AS VARCHAR(20)) || ' ' || version IN (
    SELECT staging_table || ' ' || CAST(size_bytes AS VARCHAR(20)) || ' ' || version
    FROM (
      SELECT
        staging_table,
        size_bytes,
        version,
        CASE WHEN status = 'undone' THEN 1 ELSE 0 END AS is_undone,
        CASE WHEN status = 'loaded' AND loaded_at >= COALESCE(
          (SELECT MAX(loaded_at) FROM "sparkify".load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
        ) THEN 1 ELSE 0 END AS stands
      FROM "sparkify".load_ledger
    ) entries
    GROUP BY staging_table, size_bytes, version
    HAVING SUM(is_undone) > 0 AND SUM(stands) = 0
  );

DELETE FROM "sparkify"."current_events";

DELETE FROM "sparkify"."current_songs";

DELETE FROM "sparkify"."artists";

DELETE FROM "sparkify"."songplays";

DELETE FROM "sparkify"."songs";

DELETE FROM "sparkify"."time";

DELETE FROM "sparkify"."users";

SELECT rule_name, severity, offender, staging_table, staging_column, staging_value
FROM (
SELECT
  CAST('records_staged' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Every record that was read and not rejected became one staged row; a file that was only moved is not read. Each side is
-- reduced to one row before the join: without statistics, a planner would count the staged rows again for each row of the
-- ledger.
SELECT
  'took ' || CAST(counted.records AS VARCHAR(20)) || ' records for ' || counted.staging_table
    || ', staged ' || CAST(counted.staged AS VARCHAR(20)) AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (

  SELECT CAST('staging_events' AS VARCHAR(127)) AS staging_table, ledger.records, rows_of_run.staged
  FROM (
    SELECT SUM(records - rejected) AS records
    FROM "sparkify".load_ledger
    WHERE loaded_at = SYSDATE AND staging_table = 'staging_events' AND status <> 'moved'
  ) ledger, (SELECT COUNT(*) AS staged FROM "sparkify"."staging_events" WHERE loaded_at = SYSDATE) rows_of_run
UNION ALL SELECT CAST('staging_songs' AS VARCHAR(127)) AS staging_table, ledger.records, rows_of_run.staged FROM ( SELECT SUM(records - rejected) AS records FROM "sparkify".load_ledger WHERE loaded_at = SYSDATE AND staging_table = 'staging_songs' AND status <> 'moved' ) ledger, (SELECT COUNT(*) AS staged FROM "sparkify"."staging_songs" WHERE loaded_at = SYSDATE) rows_of_run
) counted
WHERE counted.records <> counted.staged
) "records_staged"
UNION ALL
SELECT
  CAST('rejects_kept' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Every record that the ledger counts as rejected is in rejected_records, except for the files that were set aside: of
-- those the ledger counts all records.
SELECT
  'rejected ' || CAST(ledger.rejected AS VARCHAR(20)) || ' records, kept ' || CAST(kept.rejects AS VARCHAR(20)) AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT SUM(rejected) AS rejected FROM "sparkify".load_ledger WHERE loaded_at = SYSDATE AND status = 'loaded'
) ledger, (
  SELECT COUNT(*) AS rejects
  FROM "sparkify".rejected_records r
  JOIN "sparkify".load_ledger l ON l.staging_table = r.staging_table AND l.uri = r.uri
  WHERE r.loaded_at = SYSDATE AND l.loaded_at = SYSDATE AND l.status = 'loaded'
) kept
WHERE ledger.rejected <> kept.rejects
) "rejects_kept"
UNION ALL
SELECT
  CAST('event_time_in_range' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- ts is a time in milliseconds between the years 1 and 9999, which every engine can hold as a TIMESTAMP.
SELECT
  'ts ' || CAST(ts AS VARCHAR(20)) || ' of session ' || CAST(sessionid AS VARCHAR(20))
    || ' is not a time in milliseconds between the years 1 and 9999' AS offender,
  CAST('staging_events' AS VARCHAR(127)) AS staging_table,
  CAST('ts' AS VARCHAR(127)) AS staging_column,
  CAST(ts AS VARCHAR(20)) AS staging_value
FROM "sparkify".staging_events
WHERE loaded_at >= TIMESTAMP '1970-01-01 00:00:00' AND (ts < -62135596800000 OR ts > 253402300799999)
) "event_time_in_range"
) found
ORDER BY severity, rule_name, offender
LIMIT 100;

SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0'
  ELSE 'starload check: ' || MIN(rule_name) || ': ' || MIN(offender) END AS INTEGER) AS passed
FROM (
SELECT
  CAST('records_staged' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Every record that was read and not rejected became one staged row; a file that was only moved is not read. Each side is
-- reduced to one row before the join: without statistics, a planner would count the staged rows again for each row of the
-- ledger.
SELECT
  'took ' || CAST(counted.records AS VARCHAR(20)) || ' records for ' || counted.staging_table
    || ', staged ' || CAST(counted.staged AS VARCHAR(20)) AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (

  SELECT CAST('staging_events' AS VARCHAR(127)) AS staging_table, ledger.records, rows_of_run.staged
  FROM (
    SELECT SUM(records - rejected) AS records
    FROM "sparkify".load_ledger
    WHERE loaded_at = SYSDATE AND staging_table = 'staging_events' AND status <> 'moved'
  ) ledger, (SELECT COUNT(*) AS staged FROM "sparkify"."staging_events" WHERE loaded_at = SYSDATE) rows_of_run
UNION ALL SELECT CAST('staging_songs' AS VARCHAR(127)) AS staging_table, ledger.records, rows_of_run.staged FROM ( SELECT SUM(records - rejected) AS records FROM "sparkify".load_ledger WHERE loaded_at = SYSDATE AND staging_table = 'staging_songs' AND status <> 'moved' ) ledger, (SELECT COUNT(*) AS staged FROM "sparkify"."staging_songs" WHERE loaded_at = SYSDATE) rows_of_run
) counted
WHERE counted.records <> counted.staged
) "records_staged"
UNION ALL
SELECT
  CAST('rejects_kept' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Every record that the ledger counts as rejected is in rejected_records, except for the files that were set aside: of
-- those the ledger counts all records.
SELECT
  'rejected ' || CAST(ledger.rejected AS VARCHAR(20)) || ' records, kept ' || CAST(kept.rejects AS VARCHAR(20)) AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT SUM(rejected) AS rejected FROM "sparkify".load_ledger WHERE loaded_at = SYSDATE AND status = 'loaded'
) ledger, (
  SELECT COUNT(*) AS rejects
  FROM "sparkify".rejected_records r
  JOIN "sparkify".load_ledger l ON l.staging_table = r.staging_table AND l.uri = r.uri
  WHERE r.loaded_at = SYSDATE AND l.loaded_at = SYSDATE AND l.status = 'loaded'
) kept
WHERE ledger.rejected <> kept.rejects
) "rejects_kept"
UNION ALL
SELECT
  CAST('event_time_in_range' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- ts is a time in milliseconds between the years 1 and 9999, which every engine can hold as a TIMESTAMP.
SELECT
  'ts ' || CAST(ts AS VARCHAR(20)) || ' of session ' || CAST(sessionid AS VARCHAR(20))
    || ' is not a time in milliseconds between the years 1 and 9999' AS offender,
  CAST('staging_events' AS VARCHAR(127)) AS staging_table,
  CAST('ts' AS VARCHAR(127)) AS staging_column,
  CAST(ts AS VARCHAR(20)) AS staging_value
FROM "sparkify".staging_events
WHERE loaded_at >= TIMESTAMP '1970-01-01 00:00:00' AND (ts < -62135596800000 OR ts > 253402300799999)
) "event_time_in_range"
) found
WHERE severity = 'error';

INSERT INTO "sparkify"."current_events" ("event_id", "ts", "start_time", "session_id", "item_in_session", "user_id", "logged_in", "page", "level", "song", "artist", "length", "location", "user_agent", "first_name", "last_name", "gender")
SELECT "event_id", "ts", "start_time", "session_id", "item_in_session", "user_id", "logged_in", "page", "level", "song", "artist", "length", "location", "user_agent", "first_name", "last_name", "gender"
FROM (
SELECT
  MD5(CAST(ts AS VARCHAR(20)) || '|' || CAST(sessionid AS VARCHAR(20)) || '|' || CAST(iteminsession AS VARCHAR(20))
    || '|' || COALESCE(CAST(userid AS VARCHAR(20)), '')) AS event_id,
  ts,
  TIMESTAMP '1970-01-01 00:00:00' + FLOOR(ts / 1000.0) * INTERVAL '1 second'
    + (ts - 1000 * FLOOR(ts / 1000.0)) * INTERVAL '0.001 second' AS start_time,
  sessionid AS session_id,
  iteminsession AS item_in_session,
  userid AS user_id,
  -- An event with a user counts as logged in unless it states otherwise.
  CASE WHEN userid IS NULL OR RTRIM(auth, ' ') = 'Logged Out' THEN FALSE ELSE TRUE END AS logged_in,
  RTRIM(page, ' ') AS page,
  level,
  RTRIM(song, ' ') AS song,
  RTRIM(artist, ' ') AS artist,
  length,
  location,
  useragent AS user_agent,
  firstname AS first_name,
  lastname AS last_name,
  gender
FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at" FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", COUNT(*) OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid") AS starload_versions FROM "sparkify"."staging_events" WHERE "loaded_at" >= TIMESTAMP '1970-01-01 00:00:00') counted WHERE starload_versions = 1 UNION ALL SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at" FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", ROW_NUMBER() OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid" ORDER BY "loaded_at" DESC, MD5(COALESCE(CAST(LENGTH("artist") AS VARCHAR(5)) || ':' || "artist", '-') || COALESCE(CAST(LENGTH("auth") AS VARCHAR(5)) || ':' || "auth", '-') || COALESCE(CAST(LENGTH("firstname") AS VARCHAR(5)) || ':' || "firstname", '-') || COALESCE(CAST(LENGTH("gender") AS VARCHAR(5)) || ':' || "gender", '-') || COALESCE(CAST(LENGTH("lastname") AS VARCHAR(5)) || ':' || "lastname", '-') || COALESCE(CAST(LENGTH("level") AS VARCHAR(5)) || ':' || "level", '-') || COALESCE(CAST(LENGTH("location") AS VARCHAR(5)) || ':' || "location", '-') || COALESCE(CAST(LENGTH("method") AS VARCHAR(5)) || ':' || "method", '-') || CAST(LENGTH("page") AS VARCHAR(5)) || ':' || "page" || COALESCE(CAST(LENGTH("song") AS VARCHAR(5)) || ':' || "song", '-') || COALESCE(CAST(LENGTH("useragent") AS VARCHAR(5)) || ':' || "useragent", '-')), "length" NULLS LAST, "registration" NULLS LAST, "status" NULLS LAST) AS starload_rank FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", COUNT(*) OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid") AS starload_versions FROM "sparkify"."staging_events" WHERE "loaded_at" >= TIMESTAMP '1970-01-01 00:00:00') counted WHERE starload_versions > 1) versions WHERE starload_rank = 1) "staging_events"
) derived
WHERE 1 = 1;

INSERT INTO "sparkify"."current_songs" ("song_id", "title", "artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude", "year", "duration")
SELECT "song_id", "title", "artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude", "year", "duration"
FROM (
SELECT
  RTRIM(song_id, ' ') AS song_id, title, RTRIM(artist_id, ' ') AS artist_id, artist_name, artist_location,
  artist_latitude, artist_longitude, year, duration
FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at" FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", COUNT(*) OVER (PARTITION BY RTRIM("song_id", ' ')) AS starload_versions FROM "sparkify"."staging_songs" WHERE "loaded_at" >= TIMESTAMP '1970-01-01 00:00:00') counted WHERE starload_versions = 1 UNION ALL SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at" FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", ROW_NUMBER() OVER (PARTITION BY RTRIM("song_id", ' ') ORDER BY "loaded_at" DESC, MD5(CAST(LENGTH("artist_id") AS VARCHAR(5)) || ':' || "artist_id" || COALESCE(CAST(LENGTH("artist_location") AS VARCHAR(5)) || ':' || "artist_location", '-') || COALESCE(CAST(LENGTH("artist_name") AS VARCHAR(5)) || ':' || "artist_name", '-') || CAST(LENGTH("song_id") AS VARCHAR(5)) || ':' || "song_id" || COALESCE(CAST(LENGTH("title") AS VARCHAR(5)) || ':' || "title", '-')), "num_songs" NULLS LAST, "artist_latitude" NULLS LAST, "artist_longitude" NULLS LAST, "duration" NULLS LAST, "year" NULLS LAST) AS starload_rank FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", COUNT(*) OVER (PARTITION BY RTRIM("song_id", ' ')) AS starload_versions FROM "sparkify"."staging_songs" WHERE "loaded_at" >= TIMESTAMP '1970-01-01 00:00:00') counted WHERE starload_versions > 1) versions WHERE starload_rank = 1) "staging_songs"
) derived
WHERE 1 = 1;

INSERT INTO "sparkify"."artists" ("artist_id", "name", "location", "latitude", "longitude")
SELECT "artist_id", "name", "location", "latitude", "longitude"
FROM (
-- Takes one whole row from an artist's songs: the one with the shortest name (the plain one, without "feat."), then one with
-- a place, then the smallest song_id. The time at which a song arrived does not matter.
SELECT artist_id, artist_name AS name, artist_location AS location, artist_latitude AS latitude, artist_longitude AS longitude
FROM (
  SELECT
    s.*,
    ROW_NUMBER() OVER (
      PARTITION BY artist_id
      ORDER BY
        CASE WHEN COALESCE(RTRIM(artist_name, ' '), '') = '' THEN 1 ELSE 0 END,
        LENGTH(RTRIM(artist_name, ' ')),
        CASE WHEN artist_latitude IS NULL THEN 1 ELSE 0 END,
        CASE WHEN COALESCE(RTRIM(artist_location, ' '), '') = '' THEN 1 ELSE 0 END,
        song_id
    ) AS spelling_rank
  FROM "sparkify".current_songs s
  WHERE 1 = 1
) spellings
WHERE spelling_rank = 1
) derived
WHERE "artist_id" IS NOT NULL;

INSERT INTO "sparkify"."songplays" ("songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "location", "user_agent")
SELECT "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "location", "user_agent"
FROM (
-- If several songs match a play, takes the smallest song_id. Matches once per song, so that no play is duplicated.
SELECT
  e.event_id AS songplay_id, e.start_time, e.user_id, e.level, s.song_id, s.artist_id, e.session_id, e.location, e.user_agent
FROM (SELECT * FROM "sparkify".current_events WHERE page = 'NextSong' AND 1 = 1) e
LEFT JOIN (
  SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration, MIN(song_id) AS song_id
  FROM "sparkify".current_songs
  GROUP BY RTRIM(title, ' '), RTRIM(artist_name, ' '), duration
) m ON e.song = m.match_title AND e.artist = m.match_artist AND e.length = m.duration
LEFT JOIN "sparkify".current_songs s ON s.song_id = m.song_id
) derived
WHERE "songplay_id" IS NOT NULL AND "start_time" IS NOT NULL;

INSERT INTO "sparkify"."songs" ("song_id", "title", "artist_id", "year", "duration")
SELECT "song_id", "title", "artist_id", "year", "duration"
FROM (
SELECT song_id, title, artist_id, year, duration
FROM "sparkify".current_songs
) derived
WHERE "song_id" IS NOT NULL;

INSERT INTO "sparkify"."time" ("start_time", "hour", "day", "week", "month", "year", "weekday")
SELECT "start_time", "hour", "day", "week", "month", "year", "weekday"
FROM (
-- UTC; ISO 8601 weeks; weekday 0 is Sunday.
SELECT
  start_time,
  EXTRACT(HOUR FROM start_time) AS hour,
  EXTRACT(DAY FROM start_time) AS day,
  EXTRACT(WEEK FROM start_time) AS week,
  EXTRACT(MONTH FROM start_time) AS month,
  EXTRACT(YEAR FROM start_time) AS year,
  EXTRACT(DOW FROM start_time) AS weekday
FROM (SELECT DISTINCT start_time FROM "sparkify".songplays WHERE 1 = 1) played
) derived
WHERE "start_time" IS NOT NULL;

INSERT INTO "sparkify"."users" ("user_id", "first_name", "last_name", "gender", "level")
SELECT "user_id", "first_name", "last_name", "gender", "level"
FROM (
-- The whole row comes from the user's latest event by (ts, itemInSession); the session decides a tie of both.
SELECT user_id, first_name, last_name, gender, level
FROM (
  SELECT
    e.*,
    ROW_NUMBER() OVER (PARTITION BY e.user_id ORDER BY e.item_in_session DESC, e.session_id DESC) AS recency_rank
  FROM "sparkify".current_events e
  JOIN (
    SELECT user_id, MAX(ts) AS ts
    FROM "sparkify".current_events
    WHERE logged_in AND 1 = 1
    GROUP BY user_id
  ) latest ON latest.user_id = e.user_id AND latest.ts = e.ts
  WHERE e.logged_in
) events
WHERE recency_rank = 1
) derived
WHERE "user_id" IS NOT NULL;

CREATE TEMP TABLE run_offenders AS
SELECT
  CAST('one_row_per_key' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- A star table has one row for each key. If it has more, its SELECT joins or leaves rows in a way that repeats them.
SELECT
  found.table_name || ' has ' || CAST(found.row_count AS VARCHAR(20)) || ' rows with the key ' || found.key_text AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (

  SELECT CAST('artists' AS VARCHAR(127)) AS table_name, LEFT("artist_id", 100) AS key_text, COUNT(*) AS row_count
  FROM "sparkify"."artists"
  WHERE 1 = 1
  GROUP BY "artist_id"
  HAVING COUNT(*) > 1
UNION ALL SELECT CAST('songplays' AS VARCHAR(127)) AS table_name, LEFT("songplay_id", 100) AS key_text, COUNT(*) AS row_count FROM "sparkify"."songplays" WHERE 1 = 1 GROUP BY "songplay_id" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('songs' AS VARCHAR(127)) AS table_name, LEFT("song_id", 100) AS key_text, COUNT(*) AS row_count FROM "sparkify"."songs" WHERE 1 = 1 GROUP BY "song_id" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('time' AS VARCHAR(127)) AS table_name, CAST("start_time" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count FROM "sparkify"."time" WHERE 1 = 1 GROUP BY "start_time" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('users' AS VARCHAR(127)) AS table_name, CAST("user_id" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count FROM "sparkify"."users" WHERE 1 = 1 GROUP BY "user_id" HAVING COUNT(*) > 1
) found
) "one_row_per_key"
UNION ALL
SELECT
  CAST('known_level' AS VARCHAR(127)) AS rule_name,
  CAST('warning' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: warning
SELECT
  'level ' || COALESCE('"' || level || '"', 'NULL') || ' in ' || CAST(COUNT(*) AS VARCHAR(20)) || ' events' AS offender,
  CAST('staging_events' AS VARCHAR(127)) AS staging_table,
  CAST('level' AS VARCHAR(127)) AS staging_column,
  level AS staging_value
FROM "sparkify"."current_events"
WHERE level IS NULL OR level NOT IN ('free', 'paid')
GROUP BY level
) "known_level"
UNION ALL
SELECT
  CAST('one_artist_per_song' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Each song's artist is in artists exactly once.
SELECT
  'artist ' || s.artist_id || ' has ' || CAST(COUNT(a.artist_id) AS VARCHAR(20)) || ' rows in artists' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (SELECT DISTINCT artist_id FROM "sparkify".songs) s
LEFT JOIN "sparkify".artists a ON a.artist_id = s.artist_id
GROUP BY s.artist_id
HAVING COUNT(a.artist_id) <> 1
) "one_artist_per_song"
UNION ALL
SELECT
  CAST('one_songplay_per_play' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Each NextSong event has exactly one songplay, and no other event has one.
SELECT
  'event ' || e.event_id || ' has ' || CAST(COUNT(p.songplay_id) AS VARCHAR(20)) || ' songplays' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (SELECT event_id, page FROM "sparkify".current_events WHERE 1 = 1) e
LEFT JOIN (SELECT songplay_id FROM "sparkify".songplays WHERE 1 = 1) p ON p.songplay_id = e.event_id
GROUP BY e.event_id
HAVING COUNT(p.songplay_id) <> MAX(CASE WHEN e.page = 'NextSong' THEN 1 ELSE 0 END)
) "one_songplay_per_play"
UNION ALL
SELECT
  CAST('one_time_per_start_time' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Each start_time of a songplay is in time exactly once.
SELECT
  'start_time ' || CAST(p.start_time AS VARCHAR(32)) || ' of a songplay has ' || CAST(COUNT(t.start_time) AS VARCHAR(20))
    || ' rows in time' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT start_time
  FROM "sparkify".songplays
  WHERE 1 = 1
) p
LEFT JOIN (SELECT start_time FROM "sparkify".time WHERE 1 = 1) t ON t.start_time = p.start_time
GROUP BY p.start_time
HAVING COUNT(t.start_time) <> 1
) "one_time_per_start_time";

SELECT rule_name, severity, offender, staging_table, staging_column, staging_value
FROM run_offenders
ORDER BY severity, rule_name, offender
LIMIT 100;

SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0'
  ELSE 'starload check: ' || MIN(rule_name) || ': ' || MIN(offender) END AS INTEGER) AS passed
FROM run_offenders
WHERE severity = 'error';
