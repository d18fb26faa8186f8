SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

LOCK "sparkify"."load_run";

-- The first statement of every writing transaction. If two overlap, one waits here or the engine refuses it.
UPDATE "sparkify".load_run SET previous_stamp = stamp, stamp = SYSDATE;

COPY "sparkify"."load_ledger" ("run_id", "staging_table", "uri", "version", "size_bytes", "records", "rejected", "status", "planned_stamp", "source_file", "keys_met", "keys_loaded", "keys_rescued", "keys_ignored", "keys_unknown", "unknown_keys", "keys_model", "missing_columns")
FROM 's3://work/starload/RUN/load_ledger-gzip.manifest'
IAM_ROLE 'arn:aws:iam::123456789012:role/dwhRole'
FORMAT AS JSON 'auto ignorecase'
MANIFEST GZIP
REGION 'us-west-2'
COMPUPDATE OFF STATUPDATE OFF;

-- The conditions for a load to copy records, in one statement because Redshift limits their number. Each message begins with a
-- different letter: some engines' messages for a failed cast contain only the first letter.
-- broken: load_run has one row, which every run updates; without it, nothing separates two runs.
-- older: stamps must grow in the order of commits, or rows of this run would look older than rows that are already loaded.
-- The ledger is checked too, because load_run may have been set back by hand.
-- unlike: copied rows must carry the stamp of their run, which load_run holds; the ledger's rows are copied first.
-- replaced: the rows that the plan was based on must still be in the ledger, or create-tables has recreated the tables since.
-- meanwhile: nobody else may have loaded one of this run's files since the run was planned, nor undone the load of a content that
-- this run finds under another name; and nobody may have been forgotten since, or this run would bring the records back.
SELECT CAST(CASE
  WHEN run.run_rows <> 1 THEN 'broken load_run'
  WHEN run.previous_stamp >= run.stamp OR ledger.newer > 0 THEN 'older stamp than the last run'
  WHEN run.stamp <> SYSDATE OR ledger.planned = 0 THEN 'unlike stamps of the run and its rows'
  WHEN base.files = 0 THEN 'replaced tables since the plan'
  WHEN others.files > 0 OR lost.files > 0 OR forgets.entries > 0 THEN 'meanwhile another run loaded the same files'
  ELSE '0' END AS INTEGER) AS passed
FROM (
  SELECT COUNT(*) AS run_rows, MAX(stamp) AS stamp, MAX(previous_stamp) AS previous_stamp FROM "sparkify".load_run
) run, (
  SELECT
    COUNT(CASE WHEN loaded_at = SYSDATE THEN 1 END) AS planned,
    COUNT(CASE WHEN loaded_at > SYSDATE THEN 1 END) AS newer
  FROM "sparkify".load_ledger
  WHERE loaded_at >= SYSDATE
) ledger, (
  SELECT COUNT(*) AS files FROM "sparkify".load_ledger WHERE 1 = 1
) base, (
  SELECT COUNT(*) AS files
  FROM "sparkify".load_ledger planned
  JOIN "sparkify".load_ledger loaded ON loaded.staging_table = planned.staging_table AND loaded.uri = planned.uri
  WHERE planned.loaded_at = SYSDATE AND loaded.loaded_at > planned.planned_stamp AND loaded.loaded_at < SYSDATE
) others, (
  SELECT COUNT(*) AS files
  FROM "sparkify".load_ledger planned
  LEFT JOIN "sparkify".load_ledger loaded
    ON loaded.staging_table = planned.staging_table AND loaded.version = planned.version
      AND loaded.size_bytes = planned.size_bytes AND loaded.status = 'loaded'
  WHERE planned.loaded_at = SYSDATE AND planned.status = 'moved' AND loaded.version IS NULL
) lost, (
  SELECT COUNT(*) AS entries
  FROM "sparkify".load_ledger
  WHERE status = 'forget' AND loaded_at > (SELECT MAX(planned_stamp) FROM "sparkify".load_ledger WHERE loaded_at = SYSDATE)
) forgets;

COPY "sparkify"."rejected_records" ("run_id", "staging_table", "uri", "version", "line", "column_name", "reason", "excerpt")
FROM 's3://work/starload/RUN/rejected_records-gzip.manifest'
IAM_ROLE 'arn:aws:iam::123456789012:role/dwhRole'
FORMAT AS JSON 'auto ignorecase'
MANIFEST GZIP
REGION 'us-west-2'
COMPUPDATE OFF STATUPDATE OFF;

COPY "sparkify"."staging_events" ("artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid")
FROM 's3://work/starload/RUN/staging_events-gzip.manifest'
IAM_ROLE 'arn:aws:iam::123456789012:role/dwhRole'
FORMAT AS JSON 'auto ignorecase'
MANIFEST GZIP
REGION 'us-west-2'
COMPUPDATE OFF STATUPDATE OFF;

COPY "sparkify"."staging_songs" ("num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year")
FROM 's3://work/starload/RUN/staging_songs-gzip.manifest'
IAM_ROLE 'arn:aws:iam::123456789012:role/dwhRole'
FORMAT AS JSON 'auto ignorecase'
MANIFEST GZIP
REGION 'us-west-2'
COMPUPDATE OFF STATUPDATE OFF;

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
WHERE loaded_at >= SYSDATE AND (ts < -62135596800000 OR ts > 253402300799999)
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
WHERE loaded_at >= SYSDATE AND (ts < -62135596800000 OR ts > 253402300799999)
) "event_time_in_range"
) found
WHERE severity = 'error';

CREATE TEMP TABLE "run_current_events" AS
SELECT derived."event_id", derived."ts", derived."start_time", derived."session_id", derived."item_in_session", derived."user_id", derived."logged_in", derived."page", derived."level", derived."song", derived."artist", derived."length", derived."location", derived."user_agent", derived."first_name", derived."last_name", derived."gender"
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
FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at" FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", COUNT(*) OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid") AS starload_versions FROM "sparkify"."staging_events" WHERE "loaded_at" >= SYSDATE) counted WHERE starload_versions = 1 UNION ALL SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at" FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", ROW_NUMBER() OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid" ORDER BY "loaded_at" DESC, MD5(COALESCE(CAST(LENGTH("artist") AS VARCHAR(5)) || ':' || "artist", '-') || COALESCE(CAST(LENGTH("auth") AS VARCHAR(5)) || ':' || "auth", '-') || COALESCE(CAST(LENGTH("firstname") AS VARCHAR(5)) || ':' || "firstname", '-') || COALESCE(CAST(LENGTH("gender") AS VARCHAR(5)) || ':' || "gender", '-') || COALESCE(CAST(LENGTH("lastname") AS VARCHAR(5)) || ':' || "lastname", '-') || COALESCE(CAST(LENGTH("level") AS VARCHAR(5)) || ':' || "level", '-') || COALESCE(CAST(LENGTH("location") AS VARCHAR(5)) || ':' || "location", '-') || COALESCE(CAST(LENGTH("method") AS VARCHAR(5)) || ':' || "method", '-') || CAST(LENGTH("page") AS VARCHAR(5)) || ':' || "page" || COALESCE(CAST(LENGTH("song") AS VARCHAR(5)) || ':' || "song", '-') || COALESCE(CAST(LENGTH("useragent") AS VARCHAR(5)) || ':' || "useragent", '-')), "length" NULLS LAST, "registration" NULLS LAST, "status" NULLS LAST) AS starload_rank FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", COUNT(*) OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid") AS starload_versions FROM "sparkify"."staging_events" WHERE "loaded_at" >= SYSDATE) counted WHERE starload_versions > 1) versions WHERE starload_rank = 1) "staging_events"
) derived;

DELETE FROM "sparkify"."current_events" WHERE "event_id" IN (SELECT keys_affected."event_id" FROM "run_current_events" keys_affected) AND "ts" >= (SELECT MIN(keys_affected."ts") FROM "run_current_events" keys_affected);

INSERT INTO "sparkify"."current_events" ("event_id", "ts", "start_time", "session_id", "item_in_session", "user_id", "logged_in", "page", "level", "song", "artist", "length", "location", "user_agent", "first_name", "last_name", "gender")
SELECT "event_id", "ts", "start_time", "session_id", "item_in_session", "user_id", "logged_in", "page", "level", "song", "artist", "length", "location", "user_agent", "first_name", "last_name", "gender"
FROM "run_current_events";

CREATE TEMP TABLE "run_current_songs" AS
SELECT derived."song_id", derived."title", derived."artist_id", derived."artist_name", derived."artist_location", derived."artist_latitude", derived."artist_longitude", derived."year", derived."duration", before_load."artist_id" AS "before_artist_id", before_load."title" AS "before_title", before_load."artist_name" AS "before_artist_name", before_load."artist_location" AS "before_artist_location", before_load."artist_latitude" AS "before_artist_latitude", before_load."artist_longitude" AS "before_artist_longitude", before_load."year" AS "before_year", before_load."duration" AS "before_duration"
FROM (
SELECT
  RTRIM(song_id, ' ') AS song_id, title, RTRIM(artist_id, ' ') AS artist_id, artist_name, artist_location,
  artist_latitude, artist_longitude, year, duration
FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at" FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", COUNT(*) OVER (PARTITION BY RTRIM("song_id", ' ')) AS starload_versions FROM "sparkify"."staging_songs" WHERE "loaded_at" >= SYSDATE) counted WHERE starload_versions = 1 UNION ALL SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at" FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", ROW_NUMBER() OVER (PARTITION BY RTRIM("song_id", ' ') ORDER BY "loaded_at" DESC, MD5(CAST(LENGTH("artist_id") AS VARCHAR(5)) || ':' || "artist_id" || COALESCE(CAST(LENGTH("artist_location") AS VARCHAR(5)) || ':' || "artist_location", '-') || COALESCE(CAST(LENGTH("artist_name") AS VARCHAR(5)) || ':' || "artist_name", '-') || CAST(LENGTH("song_id") AS VARCHAR(5)) || ':' || "song_id" || COALESCE(CAST(LENGTH("title") AS VARCHAR(5)) || ':' || "title", '-')), "num_songs" NULLS LAST, "artist_latitude" NULLS LAST, "artist_longitude" NULLS LAST, "duration" NULLS LAST, "year" NULLS LAST) AS starload_rank FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", COUNT(*) OVER (PARTITION BY RTRIM("song_id", ' ')) AS starload_versions FROM "sparkify"."staging_songs" WHERE "loaded_at" >= SYSDATE) counted WHERE starload_versions > 1) versions WHERE starload_rank = 1) "staging_songs"
) derived
LEFT JOIN "sparkify"."current_songs" before_load ON before_load."song_id" = derived."song_id";

DELETE FROM "sparkify"."current_songs" WHERE "song_id" IN (SELECT keys_affected."song_id" FROM "run_current_songs" keys_affected);

INSERT INTO "sparkify"."current_songs" ("song_id", "title", "artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude", "year", "duration")
SELECT "song_id", "title", "artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude", "year", "duration"
FROM "run_current_songs";

DELETE FROM "sparkify"."artists" WHERE "artist_id" IN (SELECT keys_affected."artist_id" FROM (SELECT "before_artist_id" AS "artist_id" FROM "run_current_songs" WHERE "artist_id" IS NULL OR "before_artist_id" <> "artist_id" UNION ALL SELECT "artist_id" FROM "run_current_songs") keys_affected);

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
  WHERE "artist_id" IN (SELECT keys_affected."artist_id" FROM (SELECT "before_artist_id" AS "artist_id" FROM "run_current_songs" WHERE "artist_id" IS NULL OR "before_artist_id" <> "artist_id" UNION ALL SELECT "artist_id" FROM "run_current_songs") keys_affected)
) spellings
WHERE spelling_rank = 1
) derived
WHERE derived."artist_id" IN (SELECT keys_affected."artist_id" FROM (SELECT "before_artist_id" AS "artist_id" FROM "run_current_songs" WHERE "artist_id" IS NULL OR "before_artist_id" <> "artist_id" UNION ALL SELECT "artist_id" FROM "run_current_songs") keys_affected);

CREATE TEMP TABLE "affected_songplays" AS
SELECT "event_id" AS "songplay_id", "start_time" AS "start_time"
FROM "run_current_events" changed_rows
UNION
SELECT "songplay_id", "start_time"
FROM (
-- The plays that a changed song matched before, or may match now.
SELECT e.event_id AS songplay_id, e.start_time
FROM "sparkify".current_events e
JOIN (SELECT "song_id", "before_title" AS "title", "before_artist_id" AS "artist_id", "before_artist_name" AS "artist_name", "before_artist_location" AS "artist_location", "before_artist_latitude" AS "artist_latitude", "before_artist_longitude" AS "artist_longitude", "before_year" AS "year", "before_duration" AS "duration" FROM "run_current_songs" UNION ALL SELECT "song_id", "title", "artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude", "year", "duration" FROM "run_current_songs") m
  ON e.song = RTRIM(m.title, ' ') AND e.artist = RTRIM(m.artist_name, ' ') AND e.length = m.duration
WHERE e.page = 'NextSong'
) found;

DELETE FROM "sparkify"."songplays" WHERE "songplay_id" IN (SELECT keys_affected."songplay_id" FROM "affected_songplays" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_songplays" keys_affected);

INSERT INTO "sparkify"."songplays" ("songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "location", "user_agent")
SELECT "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "location", "user_agent"
FROM (
-- If several songs match a play, takes the smallest song_id. Matches once per song, so that no play is duplicated.
SELECT
  e.event_id AS songplay_id, e.start_time, e.user_id, e.level, s.song_id, s.artist_id, e.session_id, e.location, e.user_agent
FROM (SELECT * FROM "sparkify".current_events WHERE page = 'NextSong' AND event_id IN (SELECT keys_affected."songplay_id" FROM "affected_songplays" keys_affected) AND start_time >= (SELECT MIN(keys_affected."start_time") FROM "affected_songplays" keys_affected)) e
LEFT JOIN (
  SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration, MIN(song_id) AS song_id
  FROM "sparkify".current_songs
  GROUP BY RTRIM(title, ' '), RTRIM(artist_name, ' '), duration
) m ON e.song = m.match_title AND e.artist = m.match_artist AND e.length = m.duration
LEFT JOIN "sparkify".current_songs s ON s.song_id = m.song_id
) derived
WHERE derived."songplay_id" IN (SELECT keys_affected."songplay_id" FROM "affected_songplays" keys_affected) AND derived."start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_songplays" keys_affected);

DELETE FROM "sparkify"."songs" WHERE "song_id" IN (SELECT keys_affected."song_id" FROM "run_current_songs" keys_affected);

INSERT INTO "sparkify"."songs" ("song_id", "title", "artist_id", "year", "duration")
SELECT "song_id", "title", "artist_id", "year", "duration"
FROM (
SELECT song_id, title, artist_id, year, duration
FROM "sparkify".current_songs
) derived
WHERE derived."song_id" IN (SELECT keys_affected."song_id" FROM "run_current_songs" keys_affected);

CREATE TEMP TABLE "affected_time" AS
SELECT DISTINCT "start_time" AS "start_time"
FROM (SELECT "start_time" FROM "affected_songplays" UNION ALL SELECT "start_time" FROM "sparkify"."songplays" WHERE "songplay_id" IN (SELECT keys_affected."songplay_id" FROM "affected_songplays" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_songplays" keys_affected)) changed_rows;

DELETE FROM "sparkify"."time" WHERE "start_time" IN (SELECT keys_affected."start_time" FROM "affected_time" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_time" keys_affected);

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
FROM (SELECT DISTINCT start_time FROM "sparkify".songplays WHERE "start_time" IN (SELECT keys_affected."start_time" FROM "affected_time" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_time" keys_affected)) played
) derived
WHERE derived."start_time" IN (SELECT keys_affected."start_time" FROM "affected_time" keys_affected) AND derived."start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_time" keys_affected);

DELETE FROM "sparkify"."users" WHERE "user_id" IN (SELECT keys_affected."user_id" FROM "run_current_events" keys_affected);

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
    WHERE logged_in AND "user_id" IN (SELECT keys_affected."user_id" FROM "run_current_events" keys_affected)
    GROUP BY user_id
  ) latest ON latest.user_id = e.user_id AND latest.ts = e.ts
  WHERE e.logged_in
) events
WHERE recency_rank = 1
) derived
WHERE derived."user_id" IN (SELECT keys_affected."user_id" FROM "run_current_events" keys_affected);

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
  WHERE "artist_id" IN (SELECT keys_affected."artist_id" FROM (SELECT "before_artist_id" AS "artist_id" FROM "run_current_songs" WHERE "artist_id" IS NULL OR "before_artist_id" <> "artist_id" UNION ALL SELECT "artist_id" FROM "run_current_songs") keys_affected)
  GROUP BY "artist_id"
  HAVING COUNT(*) > 1
UNION ALL SELECT CAST('songplays' AS VARCHAR(127)) AS table_name, LEFT("songplay_id", 100) AS key_text, COUNT(*) AS row_count FROM "sparkify"."songplays" WHERE "songplay_id" IN (SELECT keys_affected."songplay_id" FROM "affected_songplays" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_songplays" keys_affected) GROUP BY "songplay_id" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('songs' AS VARCHAR(127)) AS table_name, LEFT("song_id", 100) AS key_text, COUNT(*) AS row_count FROM "sparkify"."songs" WHERE "song_id" IN (SELECT keys_affected."song_id" FROM "run_current_songs" keys_affected) GROUP BY "song_id" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('time' AS VARCHAR(127)) AS table_name, CAST("start_time" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count FROM "sparkify"."time" WHERE "start_time" IN (SELECT keys_affected."start_time" FROM "affected_time" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_time" keys_affected) GROUP BY "start_time" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('users' AS VARCHAR(127)) AS table_name, CAST("user_id" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count FROM "sparkify"."users" WHERE "user_id" IN (SELECT keys_affected."user_id" FROM "run_current_events" keys_affected) GROUP BY "user_id" HAVING COUNT(*) > 1
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
FROM run_current_events
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
FROM (SELECT event_id, page FROM "sparkify".current_events WHERE event_id IN (SELECT keys_affected."songplay_id" FROM "affected_songplays" keys_affected) AND start_time >= (SELECT MIN(keys_affected."start_time") FROM "affected_songplays" keys_affected)) e
LEFT JOIN (SELECT songplay_id FROM "sparkify".songplays WHERE "songplay_id" IN (SELECT keys_affected."songplay_id" FROM "affected_songplays" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_songplays" keys_affected)) p ON p.songplay_id = e.event_id
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
  WHERE "start_time" IN (SELECT keys_affected."start_time" FROM "affected_time" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_time" keys_affected)
) p
LEFT JOIN (SELECT start_time FROM "sparkify".time WHERE "start_time" IN (SELECT keys_affected."start_time" FROM "affected_time" keys_affected) AND "start_time" >= (SELECT MIN(keys_affected."start_time") FROM "affected_time" keys_affected)) t ON t.start_time = p.start_time
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
