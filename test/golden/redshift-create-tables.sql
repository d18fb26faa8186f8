SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

LOCK "sparkify"."load_run", "sparkify"."load_ledger", "sparkify"."rejected_records", "sparkify"."staging_events", "sparkify"."staging_songs", "sparkify"."current_events", "sparkify"."current_songs", "sparkify"."artists", "sparkify"."songplays", "sparkify"."songs", "sparkify"."time", "sparkify"."users";

-- The first statement of every writing transaction. If two overlap, one waits here or the engine refuses it.
UPDATE "sparkify".load_run SET previous_stamp = stamp, stamp = SYSDATE;

SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'starload guard: rows' END AS INTEGER) AS passed
FROM (
SELECT COUNT(*) AS row_count FROM "sparkify"."load_ledger" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."rejected_records" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."staging_events" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."staging_songs" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."current_events" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."current_songs" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."artists" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."songplays" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."songs" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."time" HAVING COUNT(*) > 0
UNION ALL
SELECT COUNT(*) AS row_count FROM "sparkify"."users" HAVING COUNT(*) > 0
) fuller;

-- What was loaded into earlier tables no longer counts once other tables have been filled, unless a replay filled them.
DELETE FROM "sparkify".load_history
WHERE EXISTS (SELECT 1 FROM "sparkify".load_ledger WHERE status = 'loaded')
  AND NOT EXISTS (
    SELECT 1
    FROM "sparkify".load_ledger
    WHERE run_id IN (SELECT run_id FROM "sparkify".load_history)
  );

-- The runs of the ledger, before it is dropped. They are a new generation, because they came after all those already there,
-- whatever the clock said. A replayed run keeps its earlier id and is already there. An id
-- that was written by hand is not that of a run.
INSERT INTO "sparkify".load_history (run_id, staging_table, uri, version, size_bytes, loaded_at, generation)
SELECT
  run_id, staging_table, uri, version, size_bytes, loaded_at,
  (SELECT COALESCE(MAX(generation), 0) + 1 FROM "sparkify".load_history)
FROM "sparkify".load_ledger
WHERE status = 'loaded'
  AND run_id LIKE '________T______Z-________________%'
  AND run_id NOT IN (SELECT run_id FROM "sparkify".load_history);

DROP TABLE "sparkify"."load_ledger";

DROP TABLE "sparkify"."load_run";

DROP TABLE "sparkify"."rejected_records";

DROP TABLE "sparkify"."staging_events";

DROP TABLE "sparkify"."staging_songs";

DROP TABLE "sparkify"."current_events";

DROP TABLE "sparkify"."current_songs";

DROP TABLE "sparkify"."artists";

DROP TABLE "sparkify"."songplays";

DROP TABLE "sparkify"."songs";

DROP TABLE "sparkify"."time";

DROP TABLE "sparkify"."users";

-- One row per version of a file that was loaded, or set aside as a whole, committed with that file's rows. `records` counts
-- all records read; `rejected` of them were not staged. `status` is loaded, quarantined, or moved: the file's
-- content had been loaded under another name, and was not loaded again.
CREATE TABLE "sparkify".load_ledger (
  run_id VARCHAR(64) NOT NULL,
  staging_table VARCHAR(127) NOT NULL,
  uri VARCHAR(4096) NOT NULL,
  version VARCHAR(256) NOT NULL,
  size_bytes BIGINT NOT NULL,
  records BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  status VARCHAR(16) NOT NULL,
  planned_stamp TIMESTAMP NOT NULL,
  loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL
)
DISTSTYLE AUTO
SORTKEY (loaded_at);

-- One row: when the newest writing transaction began. Every such transaction updates it first, so that if two overlap,
-- one waits or fails. Reading it waits for a load: check and reconcile read it if none is running, no other command does.
CREATE TABLE "sparkify".load_run (
  stamp TIMESTAMP NOT NULL,
  previous_stamp TIMESTAMP NOT NULL
);

-- One row per bad record that was kept out of staging, committed with its run. `line` is where the record begins. A row
-- without a line describes a problem of a whole file. `column_name` is NULL if the record is malformed.
CREATE TABLE "sparkify".rejected_records (
  run_id VARCHAR(64) NOT NULL,
  staging_table VARCHAR(127) NOT NULL,
  uri VARCHAR(4096) NOT NULL,
  version VARCHAR(256) NOT NULL,
  line BIGINT,
  column_name VARCHAR(127),
  reason VARCHAR(1024) NOT NULL,
  excerpt VARCHAR(1024),
  loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL
)
DISTSTYLE AUTO
SORTKEY (loaded_at);

-- source: LOG_DATA
-- about: the event logs
-- example: s3://udacity-dend/log_data
-- also: s3_log_data, log_data_path
-- jsonpaths: LOG_JSONPATH
-- jsonpaths example: s3://udacity-dend/log_json_path.json
-- jsonpaths also: log_json_path, log_jsonpaths, log_json_paths, logs_jsonpath, s3_log_jsonpath
-- key: ts, sessionid, iteminsession, userid
-- sample: userid
CREATE TABLE "sparkify".staging_events (
  artist VARCHAR(1024),
  auth VARCHAR(256),
  firstname VARCHAR(256),
  gender VARCHAR(256),
  iteminsession BIGINT NOT NULL,
  lastname VARCHAR(256),
  length DOUBLE PRECISION,
  level VARCHAR(256),
  location VARCHAR(1024),
  method VARCHAR(256),
  page VARCHAR(256) NOT NULL,
  registration DOUBLE PRECISION,
  sessionid BIGINT NOT NULL,
  song VARCHAR(1024),
  status BIGINT,
  ts BIGINT NOT NULL, -- from -62135596800000 to 253402300799999
  useragent VARCHAR(1024),
  userid BIGINT,
  loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL
)
-- Sorted by its stamp: a run reads its own rows only.
DISTSTYLE AUTO
SORTKEY (loaded_at);

-- source: SONG_DATA
-- about: the song files
-- example: s3://udacity-dend/song_data
-- also: s3_song_data, song_data_path
-- jsonpaths: SONG_JSONPATH
-- jsonpaths example: s3://my-bucket/song_json_path.json
-- jsonpaths also: song_json_path, song_jsonpaths, song_json_paths, songs_jsonpath, s3_song_jsonpath
-- key: song_id
CREATE TABLE "sparkify".staging_songs (
  num_songs BIGINT,
  artist_id VARCHAR(256) NOT NULL,
  artist_latitude DOUBLE PRECISION,
  artist_longitude DOUBLE PRECISION,
  artist_location VARCHAR(1024),
  artist_name VARCHAR(1024),
  song_id VARCHAR(256) NOT NULL,
  title VARCHAR(1024),
  duration DOUBLE PRECISION,
  year BIGINT,
  loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL
)
-- Sorted by its stamp: a run reads its own rows only.
DISTSTYLE AUTO
SORTKEY (loaded_at);

-- The events. Internal: songplays and users are derived from it. The id of an event is derived from its key. Text that is
-- compared has its trailing blanks cut, because Redshift ignores them.
-- of: staging_events
-- key: event_id
-- time: ts
CREATE TABLE "sparkify".current_events (
  event_id VARCHAR(32) NOT NULL,
  ts BIGINT NOT NULL,
  start_time TIMESTAMP NOT NULL,
  session_id BIGINT NOT NULL,
  item_in_session BIGINT NOT NULL,
  user_id BIGINT,
  logged_in BOOLEAN NOT NULL,
  page VARCHAR(256) NOT NULL,
  level VARCHAR(256),
  song VARCHAR(1024),
  artist VARCHAR(1024),
  length DOUBLE PRECISION,
  location VARCHAR(1024),
  user_agent VARCHAR(1024),
  first_name VARCHAR(256),
  last_name VARCHAR(256),
  gender VARCHAR(256)
)
-- Distributed by the key by which runs delete and join.
DISTKEY (event_id)
SORTKEY (ts);

-- The songs. Internal: songs, artists and the matches of plays are derived from it.
-- of: staging_songs
-- key: song_id
CREATE TABLE "sparkify".current_songs (
  song_id VARCHAR(256) NOT NULL,
  title VARCHAR(1024),
  artist_id VARCHAR(256) NOT NULL,
  artist_name VARCHAR(1024),
  artist_location VARCHAR(1024),
  artist_latitude DOUBLE PRECISION,
  artist_longitude DOUBLE PRECISION,
  year BIGINT,
  duration DOUBLE PRECISION
);

-- key: artist_id
CREATE TABLE "sparkify".artists (
  artist_id VARCHAR(256) NOT NULL,
  name VARCHAR(1024),
  location VARCHAR(1024),
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION
);

-- key: songplay_id
-- time: start_time
-- affected by: current_events as event_id, start_time
CREATE TABLE "sparkify".songplays (
  songplay_id VARCHAR(32) NOT NULL,
  start_time TIMESTAMP NOT NULL,
  user_id BIGINT,
  level VARCHAR(256),
  song_id VARCHAR(256),
  artist_id VARCHAR(256),
  session_id BIGINT NOT NULL,
  location VARCHAR(1024),
  user_agent VARCHAR(1024)
)
-- Distributed like time, with which it is joined most. Never by song_id or artist_id, which are mostly NULL: one slice
-- would hold them all. No keys are declared: Redshift does not enforce them, and its planner trusts them.
DISTKEY (start_time)
SORTKEY (start_time);

-- key: song_id
CREATE TABLE "sparkify".songs (
  song_id VARCHAR(256) NOT NULL,
  title VARCHAR(1024),
  artist_id VARCHAR(256) NOT NULL,
  year BIGINT,
  duration DOUBLE PRECISION
);

-- key: start_time
-- time: start_time
CREATE TABLE "sparkify".time (
  start_time TIMESTAMP NOT NULL,
  hour INTEGER NOT NULL,
  day INTEGER NOT NULL,
  week INTEGER NOT NULL,
  month INTEGER NOT NULL,
  year INTEGER NOT NULL,
  weekday INTEGER NOT NULL
)
-- It grows like the fact table, so it is distributed like it instead of copied to every node.
DISTKEY (start_time)
SORTKEY (start_time);

-- key: user_id
-- affected by: current_events as user_id
CREATE TABLE "sparkify".users (
  user_id BIGINT NOT NULL,
  first_name VARCHAR(256),
  last_name VARCHAR(256),
  gender VARCHAR(256),
  level VARCHAR(256)
);

INSERT INTO "sparkify".load_run (stamp, previous_stamp)
SELECT TIMESTAMP '1970-01-01 00:00:00', TIMESTAMP '1970-01-01 00:00:00';
