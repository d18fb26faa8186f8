SELECT staging_table, uri, version, size_bytes, records, rejected, status, planned_stamp, run_id
FROM (
-- Every version of every file, oldest first by generation and loaded_at, who is forgotten (`status` is forget), and the newest stamp of the ledger that the planner has
-- seen, to the microsecond. The columns are those of history.sql, which is read with it.
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  records,
  rejected,
  status,
  CAST((SELECT MAX(loaded_at) FROM "sparkify".load_ledger) AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM "sparkify".load_ledger
WHERE status <> 'forgotten'
UNION ALL
-- The files of earlier tables whose newest load was undone (`status` is undone), without those that the ledger has: etl does not
-- load them unless it is told. And the files that hold the same contents and were not undone (held). And who is forgotten (forget). The columns are those of
-- ledger_versions.sql, which is read with it.
SELECT
  loads.staging_table,
  loads.uri,
  loads.version,
  loads.size_bytes,
  CAST(0 AS BIGINT) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST(CASE loads.generation WHEN 0 THEN 'undone' WHEN -1 THEN 'forget' ELSE 'held' END AS VARCHAR(16)) AS status,
  CAST(NULL AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  loads.loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM (
  SELECT
    staging_table,
    uri,
    version,
    size_bytes,
    loaded_at,
    generation,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri, size_bytes, version ORDER BY loaded_at DESC) AS load_rank
  FROM "sparkify".load_history
  WHERE version IN (SELECT version FROM "sparkify".load_history WHERE generation < 1)
) loads
LEFT JOIN "sparkify".load_ledger
  ON load_ledger.staging_table = loads.staging_table AND load_ledger.uri = loads.uri
    AND load_ledger.size_bytes = loads.size_bytes AND load_ledger.version = loads.version
WHERE loads.load_rank = 1 AND load_ledger.uri IS NULL
UNION ALL
-- The runs of earlier tables to repeat, oldest first by generation, loaded_at and run_id. `status` is made if the run
-- has been repeated by now, else past. There are none once the tables hold a run that is not among them; one that was undone does
-- not count. Whole folders are loaded in one run each time, so their order does not matter. The columns are those of
-- ledger_versions.sql.
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  CAST(0 AS BIGINT) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST(CASE WHEN made.run_id IS NULL THEN 'past' ELSE 'made' END AS VARCHAR(16)) AS status,
  CAST(NULL AS VARCHAR(32)) AS planned_stamp,
  load_history.run_id,
  loaded_at,
  generation
FROM "sparkify".load_history
LEFT JOIN (SELECT DISTINCT run_id FROM "sparkify".load_ledger) made ON made.run_id = load_history.run_id
WHERE generation > 0
  AND version NOT LIKE 'listing:%'
  AND NOT EXISTS (
    SELECT 1 FROM "sparkify".load_ledger WHERE status NOT IN ('undone', 'forget') AND run_id NOT IN (SELECT run_id FROM "sparkify".load_history)
  )
UNION ALL
-- The time of the warehouse's clock, as one row with the columns of ledger_versions.sql. `planned_stamp` holds it.
SELECT
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(4096)) AS uri,
  CAST(NULL AS VARCHAR(256)) AS version,
  CAST(0 AS BIGINT) AS size_bytes,
  CAST(0 AS BIGINT) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST('clock' AS VARCHAR(16)) AS status,
  CAST(SYSDATE AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  SYSDATE AS loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM (SELECT COUNT(*) AS entries FROM "sparkify".load_ledger) ledger
UNION ALL
-- Of the newest 1,000 files of a staging table that were loaded, the columns whose keys none of their records had: how
-- many files had each list of them, in `uri`. The columns are those of ledger_versions.sql, which is read with it.
SELECT
  staging_table,
  missing_columns AS uri,
  CAST(NULL AS VARCHAR(256)) AS version,
  CAST(0 AS BIGINT) AS size_bytes,
  COUNT(*) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST('missing' AS VARCHAR(16)) AS status,
  CAST(NULL AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  MAX(loaded_at) AS loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM (
  SELECT staging_table, missing_columns, loaded_at
  FROM "sparkify".load_ledger
  WHERE status = 'loaded' AND missing_columns IS NOT NULL AND staging_table = 'staging_events'
  ORDER BY loaded_at DESC
  LIMIT 1000
) newest
GROUP BY staging_table, missing_columns
UNION ALL
-- Of the newest 1,000 files of a staging table that were loaded, the columns whose keys none of their records had: how
-- many files had each list of them, in `uri`. The columns are those of ledger_versions.sql, which is read with it.
SELECT
  staging_table,
  missing_columns AS uri,
  CAST(NULL AS VARCHAR(256)) AS version,
  CAST(0 AS BIGINT) AS size_bytes,
  COUNT(*) AS records,
  CAST(0 AS BIGINT) AS rejected,
  CAST('missing' AS VARCHAR(16)) AS status,
  CAST(NULL AS VARCHAR(32)) AS planned_stamp,
  CAST(NULL AS VARCHAR(64)) AS run_id,
  MAX(loaded_at) AS loaded_at,
  CAST(0 AS BIGINT) AS generation
FROM (
  SELECT staging_table, missing_columns, loaded_at
  FROM "sparkify".load_ledger
  WHERE status = 'loaded' AND missing_columns IS NOT NULL AND staging_table = 'staging_songs'
  ORDER BY loaded_at DESC
  LIMIT 1000
) newest
GROUP BY staging_table, missing_columns
) versions
ORDER BY generation, loaded_at, run_id;

-- Past runs, newest first. Files that were only moved were not read. Of files that were undone nothing is left. A row that says
-- how many records were left out is no file.
SELECT
  run_id,
  MAX(loaded_at) AS loaded_at,
  SUM(CASE WHEN status <> 'forgotten' THEN 1 ELSE 0 END) AS files,
  SUM(CASE WHEN status IN ('moved', 'undone') THEN 0 ELSE records END) AS records,
  SUM(CASE WHEN status IN ('moved', 'undone', 'forgotten') THEN 0 ELSE size_bytes END) AS size_bytes,
  SUM(CASE WHEN status IN ('moved', 'undone', 'forgotten') THEN 0 ELSE rejected END) AS rejected,
  SUM(CASE WHEN status = 'quarantined' THEN 1 ELSE 0 END) AS quarantined,
  SUM(CASE WHEN status <> 'undone' THEN keys_met END) AS keys_met,
  SUM(CASE WHEN status <> 'undone' THEN keys_loaded END) AS keys_loaded,
  SUM(CASE WHEN status <> 'undone' THEN keys_rescued END) AS keys_rescued,
  SUM(CASE WHEN status <> 'undone' THEN keys_ignored END) AS keys_ignored,
  SUM(CASE WHEN status <> 'undone' THEN keys_unknown END) AS keys_unknown,
  SUM(CASE WHEN status = 'undone' THEN 1 ELSE 0 END) AS undone,
  SUM(CASE WHEN status = 'forgotten' THEN rejected ELSE 0 END) AS forgotten
FROM "sparkify".load_ledger
WHERE status <> 'forget'
GROUP BY run_id
ORDER BY loaded_at DESC, run_id;

-- The files that are set aside, with their first problem: their newest version was set aside, and none has been loaded since. What was undone does not
-- count.
SELECT e.staging_table, e.uri, e.run_id, e.loaded_at, e.records, r.line, r.reason
FROM (
  SELECT
    staging_table,
    uri,
    run_id,
    loaded_at,
    records,
    status,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri ORDER BY loaded_at DESC) AS version_rank
  FROM "sparkify".load_ledger
  WHERE status NOT IN ('undone', 'forget', 'forgotten')
) e
LEFT JOIN (
  SELECT
    staging_table,
    uri,
    loaded_at,
    line,
    reason,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri, loaded_at ORDER BY line NULLS LAST, reason) AS reason_rank
  FROM "sparkify".rejected_records
) r ON r.staging_table = e.staging_table AND r.uri = e.uri AND r.loaded_at = e.loaded_at AND r.reason_rank = 1
WHERE e.version_rank = 1 AND e.status = 'quarantined'
ORDER BY e.staging_table, e.uri;

-- The newest entry of every file, and how many of its versions are in staging, without those that were set aside and
-- those that were loaded before a refresh from whole folders, which empties staging. How many such versions of any file
-- have the content of the newest. What became of its keys. Also the newest stamp of the ledger, to the microsecond. What was
-- undone does not count: each content of a file whose newest entry was undone is a row of its own. So is each entry of somebody
-- who is forgotten (`status` is forget).
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  records,
  rejected,
  status,
  versions,
  CAST((SELECT MAX(loaded_at) FROM "sparkify".load_ledger) AS VARCHAR(32)) AS newest_stamp,
  copies,
  keys_met,
  keys_loaded,
  keys_rescued,
  keys_ignored,
  keys_unknown,
  keys_model
FROM (
  SELECT
    staging_table,
    uri,
    version,
    size_bytes,
    records,
    rejected,
    status,
    keys_met,
    keys_loaded,
    keys_rescued,
    keys_ignored,
    keys_unknown,
    keys_model,
    ROW_NUMBER() OVER (
      PARTITION BY staging_table, uri, CASE WHEN status = 'undone' THEN 1 ELSE 0 END ORDER BY loaded_at DESC
    ) AS version_rank,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri, size_bytes, version ORDER BY loaded_at DESC) AS content_rank,
    SUM(stands) OVER (PARTITION BY staging_table, uri) AS versions,
    SUM(stands) OVER (PARTITION BY staging_table, size_bytes, version) AS copies
  FROM (
    SELECT
      load_ledger.*,
      CASE WHEN status = 'loaded' AND loaded_at >= COALESCE(
        (SELECT MAX(loaded_at) FROM "sparkify".load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
      ) THEN 1 ELSE 0 END AS stands
    FROM "sparkify".load_ledger
    WHERE status <> 'forgotten'
  ) entries
) ranked
WHERE (status IN ('undone', 'forget') AND content_rank = 1) OR (status <> 'undone' AND version_rank = 1);

-- The files of a run, or of all runs of a load that was split, and what the run did with each.
SELECT staging_table, uri, run_id, status, records, rejected, size_bytes
FROM "sparkify".load_ledger
WHERE status IN ('loaded', 'moved', 'quarantined', 'undone') AND (run_id = 'a' OR run_id LIKE 'a.%')
ORDER BY loaded_at, staging_table, uri;

-- The files of a run, and whether anything of them can be undone: a folder was loaded as a whole, and such a load removed what
-- had been there before. A row whose status is forgotten is no file: so many records were left out or removed since.
SELECT
  staging_table,
  uri,
  run_id,
  status,
  records,
  rejected,
  CASE
    WHEN version LIKE 'listing:%' THEN 'folder'
    WHEN loaded_at < COALESCE(
      (SELECT MAX(loaded_at) FROM "sparkify".load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
    ) THEN 'replaced'
    ELSE 'stands' END AS fate
FROM "sparkify".load_ledger
WHERE status <> 'forget' AND (run_id = 'a' OR run_id LIKE 'a.%')
ORDER BY loaded_at, staging_table, uri;

-- Who is forgotten, oldest first: the columns and the digest by which their records are found.
SELECT staging_table, uri, version, run_id, loaded_at
FROM "sparkify".load_ledger
WHERE status = 'forget';

-- The same, of earlier tables.
SELECT staging_table, uri, version, run_id, loaded_at
FROM "sparkify".load_history
WHERE generation = -1;

-- The stamp of the newest writing transaction, to the microsecond: migrate and forget read it, and wait for a load that is running.
SELECT CAST(stamp AS VARCHAR(32)) AS stamp FROM "sparkify".load_run;

SELECT 'staging_events' AS table_name, COUNT(*) AS row_count FROM "sparkify"."staging_events"
UNION ALL
SELECT 'staging_songs' AS table_name, COUNT(*) AS row_count FROM "sparkify"."staging_songs"
UNION ALL
SELECT 'artists' AS table_name, COUNT(*) AS row_count FROM "sparkify"."artists"
UNION ALL
SELECT 'songplays' AS table_name, COUNT(*) AS row_count FROM "sparkify"."songplays"
UNION ALL
SELECT 'songs' AS table_name, COUNT(*) AS row_count FROM "sparkify"."songs"
UNION ALL
SELECT 'time' AS table_name, COUNT(*) AS row_count FROM "sparkify"."time"
UNION ALL
SELECT 'users' AS table_name, COUNT(*) AS row_count FROM "sparkify"."users";

SELECT rule_name, offenders, offender
FROM (
SELECT
  CAST('load_history' AS VARCHAR(127)) AS rule_name,
  CAST(offender AS VARCHAR(4096)) AS offender,
  COUNT(*) OVER () AS offenders,
  ROW_NUMBER() OVER (ORDER BY offender) AS place
FROM (
-- next: Somebody changed load_history by hand. npm run query -- --write "DELETE FROM load_history" empties it: a restore then loads all files in one run.
-- Every row of the history must have the id of a run, and a run must belong to one generation, apart from what was undone.
SELECT 'no run has the id ' || run_id AS offender
FROM "sparkify".load_history
WHERE run_id NOT LIKE '________T______Z-________________%'
GROUP BY run_id
UNION ALL
SELECT 'the run ' || run_id || ' is of ' || CAST(COUNT(DISTINCT generation) AS VARCHAR(20)) || ' generations'
FROM "sparkify".load_history
WHERE generation > 0
GROUP BY run_id
HAVING COUNT(DISTINCT generation) > 1
) load_history_offenders
UNION ALL
SELECT
  CAST('load_ledger' AS VARCHAR(127)) AS rule_name,
  CAST(offender AS VARCHAR(4096)) AS offender,
  COUNT(*) OVER () AS offenders,
  ROW_NUMBER() OVER (ORDER BY offender) AS place
FROM (
-- next: Somebody changed the ledger by hand. npm run create-tables -- --force and npm run etl reload everything.
-- Every row of the ledger has one of six statuses and the id of a run. A run has one stamp, and a stamp one run. If a file
-- was set aside, all its records are rejected, and rejected_records says why. A reject belongs to the run of its file. Keys
-- that were met were loaded, rescued, ignored or unknown.
SELECT staging_table || ' ' || uri || ', the run of ' || CAST(loaded_at AS VARCHAR(32)) || ': ' || CASE
  WHEN status NOT IN ('loaded', 'quarantined', 'moved', 'undone', 'forget', 'forgotten') THEN 'the status is ' || status
  WHEN records < 0 OR rejected < 0 OR (status <> 'forgotten' AND rejected > records) THEN
    CAST(rejected AS VARCHAR(20)) || ' of ' || CAST(records AS VARCHAR(20)) || ' records are rejected'
  WHEN status = 'quarantined' AND rejected <> records THEN 'it is set aside, and not all of its records are rejected'
  WHEN keys_met <> keys_loaded + keys_rescued + keys_ignored + keys_unknown THEN
    CAST(keys_met AS VARCHAR(20)) || ' keys were met, but '
      || CAST(keys_loaded + keys_rescued + keys_ignored + keys_unknown AS VARCHAR(20))
      || ' were loaded, rescued, ignored or unknown'
  ELSE 'no run has the id ' || run_id END AS offender
FROM "sparkify".load_ledger
WHERE status NOT IN ('loaded', 'quarantined', 'moved', 'undone', 'forget', 'forgotten')
  OR records < 0
  OR rejected < 0
  OR (status <> 'forgotten' AND rejected > records)
  OR (status = 'quarantined' AND rejected <> records)
  OR keys_met <> keys_loaded + keys_rescued + keys_ignored + keys_unknown
  OR run_id NOT LIKE '________T______Z-________________%'
UNION ALL
SELECT 'the run of ' || CAST(loaded_at AS VARCHAR(32)) || ' has ' || CAST(COUNT(DISTINCT run_id) AS VARCHAR(20)) || ' ids'
FROM "sparkify".load_ledger
GROUP BY loaded_at
HAVING COUNT(DISTINCT run_id) > 1
UNION ALL
SELECT 'the run ' || run_id || ' has ' || CAST(COUNT(DISTINCT loaded_at) AS VARCHAR(20)) || ' stamps'
FROM "sparkify".load_ledger
GROUP BY run_id
HAVING COUNT(DISTINCT loaded_at) > 1
UNION ALL
SELECT aside.staging_table || ' ' || aside.uri || ', the run of ' || CAST(aside.loaded_at AS VARCHAR(32))
  || ': it is set aside, and rejected_records does not say why'
FROM "sparkify".load_ledger aside
LEFT JOIN (SELECT DISTINCT staging_table, uri, version, loaded_at FROM "sparkify".rejected_records) rejects
  ON rejects.staging_table = aside.staging_table AND rejects.uri = aside.uri
    AND rejects.version = aside.version AND rejects.loaded_at = aside.loaded_at
WHERE aside.status = 'quarantined' AND rejects.uri IS NULL
UNION ALL
SELECT DISTINCT rejects.staging_table || ' ' || rejects.uri || ', the run of ' || CAST(rejects.loaded_at AS VARCHAR(32))
  || ': its rejected_records are of the run ' || rejects.run_id
FROM "sparkify".rejected_records rejects
JOIN "sparkify".load_ledger entry
  ON entry.staging_table = rejects.staging_table AND entry.uri = rejects.uri
    AND entry.version = rejects.version AND entry.loaded_at = rejects.loaded_at
WHERE entry.run_id <> rejects.run_id
) load_ledger_offenders
UNION ALL
SELECT
  CAST('rejected_records' AS VARCHAR(127)) AS rule_name,
  CAST(offender AS VARCHAR(4096)) AS offender,
  COUNT(*) OVER () AS offenders,
  ROW_NUMBER() OVER (ORDER BY offender) AS place
FROM (
-- next: Somebody changed rejected_records or the ledger by hand. npm run create-tables -- --force and npm run etl reload everything.
-- For each loaded file, rejected_records has as many records as the ledger counts as rejected. For a file that was set
-- aside, the ledger counts all records as rejected, and rejected_records keeps only some.
SELECT
  uri || ', the run of ' || CAST(loaded_at AS VARCHAR(32)) || ': the ledger says ' || CAST(SUM(due) AS VARCHAR(20))
    || ' rejected records, rejected_records has ' || CAST(SUM(found) AS VARCHAR(20)) AS offender
FROM (
  SELECT staging_table, uri, version, loaded_at, rejected AS due, CAST(0 AS BIGINT) AS found
  FROM "sparkify".load_ledger
  WHERE status = 'loaded'
  UNION ALL
  SELECT rejects.staging_table, rejects.uri, rejects.version, rejects.loaded_at, CAST(0 AS BIGINT), CAST(1 AS BIGINT)
  FROM "sparkify".rejected_records rejects
  LEFT JOIN (SELECT staging_table, uri, version, loaded_at FROM "sparkify".load_ledger WHERE status = 'quarantined') aside
    ON aside.staging_table = rejects.staging_table AND aside.uri = rejects.uri
      AND aside.version = rejects.version AND aside.loaded_at = rejects.loaded_at
  WHERE aside.uri IS NULL
) counted
GROUP BY staging_table, uri, version, loaded_at
HAVING SUM(due) <> SUM(found)
) rejected_records_offenders
UNION ALL
SELECT
  CAST('staged_rows' AS VARCHAR(127)) AS rule_name,
  CAST(offender AS VARCHAR(4096)) AS offender,
  COUNT(*) OVER () AS offenders,
  ROW_NUMBER() OVER (ORDER BY offender) AS place
FROM (
-- next: Somebody changed staging or the ledger by hand. npm run create-tables -- --force and npm run etl reload everything.
-- Each run staged as many rows as the ledger states. A refresh from whole folders has removed from staging what was there
-- before it, and what was undone is not there any more.
SELECT
  staging_table || ', the run of ' || CAST(loaded_at AS VARCHAR(32)) || ': the ledger says '
    || CAST(SUM(due) AS VARCHAR(20)) || ' rows, there are ' || CAST(SUM(found) AS VARCHAR(20)) AS offender
FROM (
  SELECT staging_table, loaded_at, records - rejected AS due, CAST(0 AS BIGINT) AS found
  FROM "sparkify".load_ledger
  WHERE status NOT IN ('moved', 'undone')
  UNION ALL

  SELECT CAST('staging_events' AS VARCHAR(127)), loaded_at, CAST(0 AS BIGINT), COUNT(*)
  FROM "sparkify"."staging_events"
  GROUP BY loaded_at
UNION ALL SELECT CAST('staging_songs' AS VARCHAR(127)), loaded_at, CAST(0 AS BIGINT), COUNT(*) FROM "sparkify"."staging_songs" GROUP BY loaded_at
) counted
WHERE loaded_at >= COALESCE(
  (SELECT MAX(loaded_at) FROM "sparkify".load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
)
GROUP BY staging_table, loaded_at
HAVING SUM(due) <> SUM(found)
) staged_rows_offenders
) found
WHERE place <= 20
ORDER BY rule_name, place;

SELECT rule_name, offenders, offender
FROM (
SELECT
  CAST('events_in_no_file' AS VARCHAR(127)) AS rule_name,
  CAST(offender AS VARCHAR(4096)) AS offender,
  COUNT(*) OVER () AS offenders,
  ROW_NUMBER() OVER (ORDER BY offender) AS place
FROM (
-- next: They stay on purpose. Restore the file that held them, or empty the tables with npm run create-tables -- --force and load again.
-- Current events that no file contains any more: a newer version of their file left them out, or the file is gone.
SELECT
  'the event of ts ' || CAST(ts AS VARCHAR(20)) || ', sessionId ' || CAST(session_id AS VARCHAR(20))
    || ', itemInSession ' || CAST(item_in_session AS VARCHAR(20))
    || ', userId ' || COALESCE(CAST(user_id AS VARCHAR(20)), 'NULL') AS offender
FROM (
  SELECT ts, session_id, item_in_session, user_id
  FROM "sparkify".current_events
  EXCEPT
  SELECT ts, sessionid, iteminsession, userid
  FROM "sparkify".source_staging_events
) unheld
) events_in_no_file_offenders
UNION ALL
SELECT
  CAST('songs_in_no_file' AS VARCHAR(127)) AS rule_name,
  CAST(offender AS VARCHAR(4096)) AS offender,
  COUNT(*) OVER () AS offenders,
  ROW_NUMBER() OVER (ORDER BY offender) AS place
FROM (
-- next: They stay on purpose. Restore the file that held them, or empty the tables with npm run create-tables -- --force and load again.
-- Current songs that no file contains any more: a newer version of their file left them out, or the file is gone.
SELECT 'song ' || song_id AS offender
FROM (
  SELECT song_id
  FROM "sparkify".current_songs
  EXCEPT
  SELECT RTRIM(song_id, ' ')
  FROM "sparkify".source_staging_songs
) unheld
) songs_in_no_file_offenders
) found
WHERE place <= 20
ORDER BY rule_name, place;

-- The engine, the user, and whether the schema of the tables exists.
SELECT
  version() AS engine_version,
  current_user AS session_user_name,
  (SELECT COUNT(*) FROM pg_catalog.pg_namespace WHERE nspname = 'sparkify') AS schemas;

-- What the user may do in the schema and the database.
SELECT
  has_schema_privilege('sparkify', 'USAGE') AS usage_of_schema,
  has_schema_privilege('sparkify', 'CREATE') AS create_in_schema,
  has_database_privilege(current_database(), 'TEMP') AS temp_in_database;

-- What the user may do with a table.
SELECT
  'songs' AS table_name,
  has_table_privilege('"sparkify"."songs"', 'SELECT') AS may_select,
  has_table_privilege('"sparkify"."songs"', 'INSERT') AS may_insert,
  has_table_privilege('"sparkify"."songs"', 'UPDATE') AS may_update,
  has_table_privilege('"sparkify"."songs"', 'DELETE') AS may_delete;

-- The warehouse's clock and the newest stamp of a load.
SELECT SYSDATE AS clock, MAX(loaded_at) AS newest
FROM "sparkify".load_ledger;

-- Which hours of the day (UTC) are the busiest?
SELECT t.hour, COUNT(*) AS plays
FROM "sparkify".songplays p
JOIN "sparkify".time t ON t.start_time = p.start_time
GROUP BY t.hour
ORDER BY plays DESC, t.hour;

-- How many plays did women and men make?
SELECT u.gender, COUNT(*) AS plays
FROM "sparkify".songplays p
JOIN "sparkify".users u ON u.user_id = p.user_id
GROUP BY u.gender
ORDER BY plays DESC, u.gender;

-- How many plays did paying and free listeners make?
SELECT level, COUNT(*) AS plays
FROM "sparkify".songplays
GROUP BY level
ORDER BY plays DESC, level;

-- How many plays fall in each ISO week?
SELECT t.week, COUNT(*) AS plays
FROM "sparkify".songplays p
JOIN "sparkify".time t ON t.start_time = p.start_time
GROUP BY t.week
ORDER BY t.week;

-- How many plays fall on each day of the week (0 is Sunday)?
SELECT t.weekday, COUNT(*) AS plays
FROM "sparkify".songplays p
JOIN "sparkify".time t ON t.start_time = p.start_time
GROUP BY t.weekday
ORDER BY t.weekday;

-- Where is most played?
SELECT location, COUNT(*) AS plays
FROM "sparkify".songplays
GROUP BY location
ORDER BY plays DESC, location
LIMIT 10;

-- Which songs of the catalogue are played most?
SELECT s.song_id, s.title, a.name AS artist, COUNT(*) AS plays
FROM "sparkify".songplays p
JOIN "sparkify".songs s ON s.song_id = p.song_id
JOIN "sparkify".artists a ON a.artist_id = p.artist_id
GROUP BY s.song_id, s.title, a.name
ORDER BY plays DESC, s.song_id
LIMIT 10;

-- Who plays most?
SELECT p.user_id, u.first_name, u.last_name, u.level, COUNT(*) AS plays
FROM "sparkify".songplays p
JOIN "sparkify".users u ON u.user_id = p.user_id
GROUP BY p.user_id, u.first_name, u.last_name, u.level
ORDER BY plays DESC, p.user_id
LIMIT 10;

-- How many users end up free, how many paying?
SELECT level, COUNT(*) AS users
FROM "sparkify".users
GROUP BY level
ORDER BY users DESC, level;

SELECT current_schema() AS schema_name;

SELECT COUNT(*) AS schemas FROM pg_catalog.pg_namespace WHERE nspname = 'sparkify';

SELECT t.table_name, t.table_type, NULL AS stranger, c.column_name,
  CASE WHEN c.data_type = 'numeric' AND c.numeric_scale IS NOT NULL
    THEN 'numeric(' || CAST(c.numeric_precision AS VARCHAR(2)) || ',' || CAST(c.numeric_scale AS VARCHAR(2)) || ')'
    ELSE c.data_type END,
  c.character_maximum_length,
  CASE WHEN LOWER(c.is_nullable) = 'no' AND c.column_default IS NULL THEN 1 ELSE 0 END AS is_required
FROM svv_tables t
LEFT JOIN svv_columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
WHERE t.table_schema = 'sparkify' AND t.table_name IN ('songs', 'users')
ORDER BY t.table_name, c.ordinal_position;

SELECT CAST(CASE WHEN COUNT(*) = 2 THEN '0' ELSE 'starload guard: tables' END AS INTEGER) AS passed
FROM svv_tables
WHERE table_schema = 'sparkify' AND table_name IN ('load_ledger', 'load_history')
  AND table_type IN ('BASE TABLE', 'TABLE');

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
