SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

CREATE SCHEMA IF NOT EXISTS "sparkify";

-- One row per file that was loaded, run by run, before create-tables dropped the ledger. etl --replay repeats these runs
-- in their order: by generation, one for each create-tables, then by stamp. create-tables adds to it and never drops it.
-- kept: yes
CREATE TABLE "sparkify".load_history (
  run_id VARCHAR(64) NOT NULL,
  staging_table VARCHAR(127) NOT NULL,
  uri VARCHAR(4096) NOT NULL,
  version VARCHAR(256) NOT NULL,
  size_bytes BIGINT NOT NULL,
  loaded_at TIMESTAMP NOT NULL,
  generation BIGINT NOT NULL
);

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
