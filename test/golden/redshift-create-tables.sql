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

-- What was loaded into earlier tables no longer counts once other tables have been filled, unless a replay filled them. What
-- was undone still counts.
DELETE FROM "sparkify".load_history
WHERE generation > 0
  AND EXISTS (SELECT 1 FROM "sparkify".load_ledger WHERE status = 'loaded')
  AND NOT EXISTS (
    SELECT 1
    FROM "sparkify".load_ledger
    WHERE run_id IN (SELECT run_id FROM "sparkify".load_history)
  );

-- The runs of the ledger, before it is dropped. They are a new generation, because they came after all those already there,
-- whatever the clock said. What was undone is generation 0, and is not repeated; it is not kept if another run loaded the same
-- content of the same file, which is. Who is forgotten is generation -1. A replayed run keeps its earlier id and is already there. An id that was written by hand
-- is not that of a run.
INSERT INTO "sparkify".load_history (run_id, staging_table, uri, version, size_bytes, loaded_at, generation)
SELECT
  entry.run_id, entry.staging_table, entry.uri, entry.version, entry.size_bytes, entry.loaded_at,
  CASE entry.status WHEN 'undone' THEN 0 WHEN 'forget' THEN -1
    ELSE (SELECT COALESCE(MAX(generation), 0) + 1 FROM "sparkify".load_history) END
FROM "sparkify".load_ledger entry
LEFT JOIN (
  SELECT DISTINCT staging_table, uri, version, size_bytes FROM "sparkify".load_ledger WHERE status = 'loaded'
) loaded ON loaded.staging_table = entry.staging_table AND loaded.uri = entry.uri
  AND loaded.version = entry.version AND loaded.size_bytes = entry.size_bytes
WHERE (entry.status IN ('loaded', 'forget') OR (entry.status = 'undone' AND loaded.uri IS NULL))
  AND entry.run_id LIKE '________T______Z-________________%'
  AND entry.run_id NOT IN (SELECT run_id FROM "sparkify".load_history);

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
-- all records read; `rejected` of them were not staged. `status` is loaded, quarantined, moved (the file's content had been
-- loaded under another name, and was not loaded again), or undone: nothing of it is left, and etl does not load it again
-- unless it is told. Two statuses are no versions. forget: somebody whose records no load takes; `uri` names the columns that tell
-- whose a record is, `version` has a salt and the digest of their values. forgotten: `rejected` says how many records of a file, or of
-- files of the run, were left out or removed since for that reason. The columns about keys are NULL where nobody has
-- counted them: for such files, for whole folders, and for files that an earlier release loaded.
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
  source_file BIGINT, -- The number of the file in its run: the rows of its records have it. NULL if no record was read.
  -- How many keys of the records loaded were met: keys_loaded + keys_rescued + keys_ignored + keys_unknown.
  keys_met BIGINT,
  keys_loaded BIGINT, -- Those that columns take.
  keys_rescued BIGINT, -- Those that no column takes and that are kept in the column rescued.
  keys_ignored BIGINT, -- Those that the model leaves out on purpose.
  keys_unknown BIGINT, -- Those that no column takes. Their values are not loaded.
  -- The keys that no column takes, as JSON: how many there are at least, and the first, each with its records and first line.
  unknown_keys VARCHAR(4096),
  keys_model VARCHAR(32), -- A digest of the keys that the model took and ignored, and of whether others were kept.
  missing_columns VARCHAR(4096), -- The columns whose keys none of the records loaded has, separated by commas.
  loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL
)
DISTSTYLE AUTO
SORTKEY (loaded_at);

-- One row: when the newest writing transaction began. Every such transaction updates it first, so that if two overlap,
-- one waits or fails. Reading it waits for a load: migrate and forget do, check and reconcile read it if none is running, no other command.
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

-- What users did in the app: every event of the log files, in every version that was ever loaded.
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
  artist VARCHAR(1024), -- The artist of the song played, as the app shows it.
  auth VARCHAR(256), -- Whether the user was logged in: Logged In, Logged Out, Guest or Cancelled.
  firstname VARCHAR(256), -- The user's first name at the time of the event.
  gender VARCHAR(256), -- The user's gender: F or M.
  iteminsession BIGINT NOT NULL, -- The number of the event within its session, from 0.
  lastname VARCHAR(256), -- The user's last name at the time of the event.
  length DOUBLE PRECISION, -- The length of the song played, in seconds.
  level VARCHAR(256), -- The user's plan at the time of the event: free or paid.
  location VARCHAR(1024), -- Where the user was: city and state.
  method VARCHAR(256), -- The HTTP method of the request.
  page VARCHAR(256) NOT NULL, -- The page that was opened. NextSong is the play of a song.
  registration DOUBLE PRECISION, -- When the user signed up, in milliseconds since 1970 (UTC).
  sessionid BIGINT NOT NULL, -- The number of the session. Several users may have the same one.
  song VARCHAR(1024), -- The title of the song played.
  status BIGINT, -- The HTTP status of the answer.
  ts BIGINT NOT NULL, -- from -62135596800000 to 253402300799999. When it happened, in milliseconds since 1970 (UTC).
  useragent VARCHAR(1024), -- The browser, as it names itself.
  userid BIGINT, -- The id of the user; NULL without a login.
  source_file BIGINT DEFAULT NULL, -- The number of the file in its run, as in load_ledger, if the record was read one by one.
  source_line BIGINT DEFAULT NULL, -- The line of the file on which the record begins.
  rescued VARCHAR(65535) DEFAULT NULL, -- The keys that no column takes, as JSON, if they were kept.
  loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL -- When the row was loaded, in UTC.
)
-- Sorted by its stamp: a run reads its own rows only.
DISTSTYLE AUTO
SORTKEY (loaded_at);

-- The catalogue of songs: every song file, in every version that was ever loaded.
-- source: SONG_DATA
-- about: the song files
-- example: s3://udacity-dend/song_data
-- also: s3_song_data, song_data_path
-- jsonpaths: SONG_JSONPATH
-- jsonpaths example: s3://my-bucket/song_json_path.json
-- jsonpaths also: song_json_path, song_jsonpaths, song_json_paths, songs_jsonpath, s3_song_jsonpath
-- key: song_id
CREATE TABLE "sparkify".staging_songs (
  num_songs BIGINT, -- The number of songs in the file, always 1.
  artist_id VARCHAR(256) NOT NULL, -- The id of the artist, such as ARJIE2Y1187B994AB7.
  artist_latitude DOUBLE PRECISION, -- The latitude of where the artist is from, in degrees.
  artist_longitude DOUBLE PRECISION, -- The longitude of where the artist is from, in degrees.
  artist_location VARCHAR(1024), -- Where the artist is from, in words.
  artist_name VARCHAR(1024), -- The artist's name on this song; may add guests.
  song_id VARCHAR(256) NOT NULL, -- The id of the song, such as SOUPIRU12A6D4FA1E1.
  title VARCHAR(1024), -- The title of the song.
  duration DOUBLE PRECISION, -- The length of the song, in seconds.
  year BIGINT, -- The year of release; 0 if it is not known.
  source_file BIGINT DEFAULT NULL, -- The number of the file in its run, as in load_ledger, if the record was read one by one.
  source_line BIGINT DEFAULT NULL, -- The line of the file on which the record begins.
  rescued VARCHAR(65535) DEFAULT NULL, -- The keys that no column takes, as JSON, if they were kept.
  loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL -- When the row was loaded, in UTC.
)
-- Sorted by its stamp: a run reads its own rows only.
DISTSTYLE AUTO
SORTKEY (loaded_at);

-- The events, each in the version that counts. Internal: songplays and users are derived from it. Text that is compared has
-- its trailing blanks cut, because Redshift ignores them.
-- of: staging_events
-- key: event_id
-- time: ts
CREATE TABLE "sparkify".current_events (
  event_id VARCHAR(32) NOT NULL, -- A digest of ts, session, item and user, which identify an event.
  ts BIGINT NOT NULL, -- When it happened, in milliseconds since 1970 (UTC).
  start_time TIMESTAMP NOT NULL, -- When it happened, in UTC.
  session_id BIGINT NOT NULL, -- The number of the session. Several users may have the same one.
  item_in_session BIGINT NOT NULL, -- The number of the event within its session, from 0.
  user_id BIGINT, -- The id of the user; NULL without a login.
  logged_in BOOLEAN NOT NULL, -- Whether a user is logged in, so that names and plan are theirs.
  page VARCHAR(256) NOT NULL, -- The page that was opened. NextSong is the play of a song.
  level VARCHAR(256), -- The user's plan at the time of the event: free or paid.
  song VARCHAR(1024), -- The title of the song played.
  artist VARCHAR(1024), -- The artist of the song played, as the app shows it.
  length DOUBLE PRECISION, -- The length of the song played, in seconds.
  location VARCHAR(1024), -- Where the user was: city and state.
  user_agent VARCHAR(1024), -- The browser, as it names itself.
  first_name VARCHAR(256), -- The user's first name at the time of the event.
  last_name VARCHAR(256), -- The user's last name at the time of the event.
  gender VARCHAR(256) -- The user's gender: F or M.
)
-- Distributed by the key by which runs delete and join.
DISTKEY (event_id)
SORTKEY (ts);

-- The songs, each in the version that counts. Internal: songs, artists and the matches of plays are derived from it.
-- of: staging_songs
-- key: song_id
CREATE TABLE "sparkify".current_songs (
  song_id VARCHAR(256) NOT NULL, -- The id of the song, such as SOUPIRU12A6D4FA1E1.
  title VARCHAR(1024), -- The title of the song.
  artist_id VARCHAR(256) NOT NULL, -- The id of the artist, such as ARJIE2Y1187B994AB7.
  artist_name VARCHAR(1024), -- The artist's name on this song; may add guests.
  artist_location VARCHAR(1024), -- Where the artist is from, in words.
  artist_latitude DOUBLE PRECISION, -- The latitude of where the artist is from, in degrees.
  artist_longitude DOUBLE PRECISION, -- The longitude of where the artist is from, in degrees.
  year BIGINT, -- The year of release; 0 if it is not known.
  duration DOUBLE PRECISION -- The length of the song, in seconds.
);

-- The artists of the catalogue's songs.
-- key: artist_id
CREATE TABLE "sparkify".artists (
  artist_id VARCHAR(256) NOT NULL, -- The id of the artist, such as ARJIE2Y1187B994AB7.
  name VARCHAR(1024), -- The plainest name of the artist on any of the songs.
  location VARCHAR(1024), -- Where the artist is from, in words.
  latitude DOUBLE PRECISION, -- The latitude of where the artist is from, in degrees.
  longitude DOUBLE PRECISION -- The longitude of where the artist is from, in degrees.
);

-- The plays of songs, one row for each. A play has a song if title, artist and length are those of one in the catalogue.
-- key: songplay_id
-- time: start_time
-- affected by: current_events as event_id, start_time
CREATE TABLE "sparkify".songplays (
  songplay_id VARCHAR(32) NOT NULL, -- The play, with the id of its event.
  start_time TIMESTAMP NOT NULL, -- When the song was started, in UTC: a row of time.
  user_id BIGINT, -- Who played it, a row of users; NULL without a login.
  level VARCHAR(256), -- The user's plan at the time of the play: free or paid.
  song_id VARCHAR(256), -- The song, a row of songs; NULL if none in the catalogue matches.
  artist_id VARCHAR(256), -- The song's artist, a row of artists; NULL if the song is.
  session_id BIGINT NOT NULL, -- The number of the session. Several users may have the same one.
  location VARCHAR(1024), -- Where the user was: city and state.
  user_agent VARCHAR(1024) -- The browser, as it names itself.
)
-- Distributed like time, with which it is joined most. Never by song_id or artist_id, which are mostly NULL: one slice
-- would hold them all. No keys are declared: Redshift does not enforce them, and its planner trusts them.
DISTKEY (start_time)
SORTKEY (start_time);

-- The songs of the catalogue.
-- key: song_id
CREATE TABLE "sparkify".songs (
  song_id VARCHAR(256) NOT NULL, -- The id of the song, such as SOUPIRU12A6D4FA1E1.
  title VARCHAR(1024), -- The title of the song.
  artist_id VARCHAR(256) NOT NULL, -- The artist, a row of artists.
  year BIGINT, -- The year of release; 0 if it is not known.
  duration DOUBLE PRECISION -- The length of the song, in seconds.
);

-- The times at which songs were started, with their parts.
-- key: start_time
-- time: start_time
CREATE TABLE "sparkify".time (
  start_time TIMESTAMP NOT NULL, -- When songs were started, in UTC.
  hour INTEGER NOT NULL, -- The hour of the day, 0 to 23.
  day INTEGER NOT NULL, -- The day of the month, 1 to 31.
  week INTEGER NOT NULL, -- The ISO 8601 week of the year, 1 to 53.
  month INTEGER NOT NULL, -- The month, 1 to 12.
  year INTEGER NOT NULL, -- The year of the date, which may not be that of the ISO week.
  weekday INTEGER NOT NULL -- The day of the week: 0 is Sunday, 6 is Saturday.
)
-- It grows like the fact table, so it is distributed like it instead of copied to every node.
DISTKEY (start_time)
SORTKEY (start_time);

-- The users who have been logged in, as their latest event shows them.
-- key: user_id
-- affected by: current_events as user_id
CREATE TABLE "sparkify".users (
  user_id BIGINT NOT NULL, -- The id of the user.
  first_name VARCHAR(256), -- The first name in the user's latest event.
  last_name VARCHAR(256), -- The last name in the user's latest event.
  gender VARCHAR(256), -- The gender in the user's latest event: F or M.
  level VARCHAR(256) -- The plan in the user's latest event: free or paid.
);

INSERT INTO "sparkify".load_run (stamp, previous_stamp)
SELECT TIMESTAMP '1970-01-01 00:00:00', TIMESTAMP '1970-01-01 00:00:00';
