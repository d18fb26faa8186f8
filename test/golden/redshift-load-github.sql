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

COPY "sparkify"."staging_github_events" ("id", "type", "action", "actor_id", "actor_login", "actor_display_login", "repo_id", "repo_name", "org_id", "org_login", "created_at")
FROM 's3://work/starload/RUN/staging_github_events-gzip.manifest'
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

  SELECT CAST('staging_github_events' AS VARCHAR(127)) AS staging_table, ledger.records, rows_of_run.staged
  FROM (
    SELECT SUM(records - rejected) AS records
    FROM "sparkify".load_ledger
    WHERE loaded_at = SYSDATE AND staging_table = 'staging_github_events' AND status <> 'moved'
  ) ledger, (SELECT COUNT(*) AS staged FROM "sparkify"."staging_github_events" WHERE loaded_at = SYSDATE) rows_of_run

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
  CAST('valid_created_at' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- created_at is a UTC time as GH Archive writes it, such as 2024-02-29T23:59:59Z, from 2008, when GitHub began, to 2099. So
-- every fourth year is a leap year.
SELECT
  'created_at ' || created_at || ' of event ' || CAST(id AS VARCHAR(20))
    || ' is not a time such as 2024-01-31T23:59:59Z between 2008 and 2099' AS offender,
  CAST('staging_github_events' AS VARCHAR(127)) AS staging_table,
  CAST('created_at' AS VARCHAR(127)) AS staging_column,
  created_at AS staging_value
FROM "sparkify".staging_github_events
WHERE loaded_at >= SYSDATE AND CASE
  WHEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(RTRIM(created_at, ' '),
    '1', '0'), '2', '0'), '3', '0'), '4', '0'), '5', '0'), '6', '0'), '7', '0'), '8', '0'), '9', '0')
    <> '0000-00-00T00:00:00Z' THEN TRUE
  WHEN LEFT(created_at, 4) < '2008' OR LEFT(created_at, 4) > '2099' THEN TRUE
  WHEN RIGHT(LEFT(created_at, 7), 2) < '01' OR RIGHT(LEFT(created_at, 7), 2) > '12' THEN TRUE
  WHEN RIGHT(LEFT(created_at, 10), 2) < '01' OR RIGHT(LEFT(created_at, 10), 2) > CASE
    WHEN RIGHT(LEFT(created_at, 7), 2) IN ('04', '06', '09', '11') THEN '30'
    WHEN RIGHT(LEFT(created_at, 7), 2) <> '02' THEN '31'
    WHEN MOD(CAST(LEFT(created_at, 4) AS INTEGER), 4) = 0 THEN '29'
    ELSE '28'
  END THEN TRUE
  WHEN RIGHT(LEFT(created_at, 13), 2) > '23' OR RIGHT(LEFT(created_at, 16), 2) > '59' OR RIGHT(LEFT(created_at, 19), 2) > '59'
    THEN TRUE
  ELSE FALSE
END
) "valid_created_at"
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

  SELECT CAST('staging_github_events' AS VARCHAR(127)) AS staging_table, ledger.records, rows_of_run.staged
  FROM (
    SELECT SUM(records - rejected) AS records
    FROM "sparkify".load_ledger
    WHERE loaded_at = SYSDATE AND staging_table = 'staging_github_events' AND status <> 'moved'
  ) ledger, (SELECT COUNT(*) AS staged FROM "sparkify"."staging_github_events" WHERE loaded_at = SYSDATE) rows_of_run

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
  CAST('valid_created_at' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- created_at is a UTC time as GH Archive writes it, such as 2024-02-29T23:59:59Z, from 2008, when GitHub began, to 2099. So
-- every fourth year is a leap year.
SELECT
  'created_at ' || created_at || ' of event ' || CAST(id AS VARCHAR(20))
    || ' is not a time such as 2024-01-31T23:59:59Z between 2008 and 2099' AS offender,
  CAST('staging_github_events' AS VARCHAR(127)) AS staging_table,
  CAST('created_at' AS VARCHAR(127)) AS staging_column,
  created_at AS staging_value
FROM "sparkify".staging_github_events
WHERE loaded_at >= SYSDATE AND CASE
  WHEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(RTRIM(created_at, ' '),
    '1', '0'), '2', '0'), '3', '0'), '4', '0'), '5', '0'), '6', '0'), '7', '0'), '8', '0'), '9', '0')
    <> '0000-00-00T00:00:00Z' THEN TRUE
  WHEN LEFT(created_at, 4) < '2008' OR LEFT(created_at, 4) > '2099' THEN TRUE
  WHEN RIGHT(LEFT(created_at, 7), 2) < '01' OR RIGHT(LEFT(created_at, 7), 2) > '12' THEN TRUE
  WHEN RIGHT(LEFT(created_at, 10), 2) < '01' OR RIGHT(LEFT(created_at, 10), 2) > CASE
    WHEN RIGHT(LEFT(created_at, 7), 2) IN ('04', '06', '09', '11') THEN '30'
    WHEN RIGHT(LEFT(created_at, 7), 2) <> '02' THEN '31'
    WHEN MOD(CAST(LEFT(created_at, 4) AS INTEGER), 4) = 0 THEN '29'
    ELSE '28'
  END THEN TRUE
  WHEN RIGHT(LEFT(created_at, 13), 2) > '23' OR RIGHT(LEFT(created_at, 16), 2) > '59' OR RIGHT(LEFT(created_at, 19), 2) > '59'
    THEN TRUE
  ELSE FALSE
END
) "valid_created_at"
) found
WHERE severity = 'error';

CREATE TEMP TABLE "run_current_github_events" AS
SELECT derived."event_id", derived."created_at", derived."day", derived."type", derived."action", derived."actor_id", derived."actor_login", derived."actor_display_login", derived."repo_id", derived."repo_name", derived."org_id", derived."org_login", before_load."created_at" AS "before_created_at", before_load."actor_id" AS "before_actor_id", before_load."org_id" AS "before_org_id", before_load."repo_id" AS "before_repo_id"
FROM (
-- created_at is staged as text: Redshift's COPY takes times with T and Z only if it may guess the format of every time.
-- checks/staged/valid_created_at.sql refuses what is no time, so these casts cannot fail.
SELECT
  id AS event_id,
  CAST(LEFT(created_at, 10) || ' ' || RIGHT(LEFT(created_at, 19), 8) AS TIMESTAMP) AS created_at,
  CAST(LEFT(created_at, 10) AS DATE) AS day,
  RTRIM(type, ' ') AS type,
  RTRIM(action, ' ') AS action,
  actor_id,
  RTRIM(actor_login, ' ') AS actor_login,
  RTRIM(actor_display_login, ' ') AS actor_display_login,
  repo_id,
  RTRIM(repo_name, ' ') AS repo_name,
  org_id,
  RTRIM(org_login, ' ') AS org_login
FROM (SELECT "id", "type", "action", "actor_id", "actor_login", "actor_display_login", "repo_id", "repo_name", "org_id", "org_login", "created_at", "loaded_at" FROM (SELECT "id", "type", "action", "actor_id", "actor_login", "actor_display_login", "repo_id", "repo_name", "org_id", "org_login", "created_at", "loaded_at", COUNT(*) OVER (PARTITION BY "id") AS starload_versions FROM "sparkify"."staging_github_events" WHERE "loaded_at" >= SYSDATE) counted WHERE starload_versions = 1 UNION ALL SELECT "id", "type", "action", "actor_id", "actor_login", "actor_display_login", "repo_id", "repo_name", "org_id", "org_login", "created_at", "loaded_at" FROM (SELECT "id", "type", "action", "actor_id", "actor_login", "actor_display_login", "repo_id", "repo_name", "org_id", "org_login", "created_at", "loaded_at", ROW_NUMBER() OVER (PARTITION BY "id" ORDER BY "loaded_at" DESC, MD5(CAST(LENGTH("type") AS VARCHAR(5)) || ':' || "type" || COALESCE(CAST(LENGTH("action") AS VARCHAR(5)) || ':' || "action", '-') || COALESCE(CAST(LENGTH("actor_login") AS VARCHAR(5)) || ':' || "actor_login", '-') || COALESCE(CAST(LENGTH("actor_display_login") AS VARCHAR(5)) || ':' || "actor_display_login", '-') || COALESCE(CAST(LENGTH("repo_name") AS VARCHAR(5)) || ':' || "repo_name", '-') || COALESCE(CAST(LENGTH("org_login") AS VARCHAR(5)) || ':' || "org_login", '-') || CAST(LENGTH("created_at") AS VARCHAR(5)) || ':' || "created_at"), "actor_id", "repo_id", "org_id" NULLS LAST) AS starload_rank FROM (SELECT "id", "type", "action", "actor_id", "actor_login", "actor_display_login", "repo_id", "repo_name", "org_id", "org_login", "created_at", "loaded_at", COUNT(*) OVER (PARTITION BY "id") AS starload_versions FROM "sparkify"."staging_github_events" WHERE "loaded_at" >= SYSDATE) counted WHERE starload_versions > 1) versions WHERE starload_rank = 1) "staging_github_events"
) derived
LEFT JOIN "sparkify"."current_github_events" before_load ON before_load."event_id" = derived."event_id";

DELETE FROM "sparkify"."current_github_events" WHERE "event_id" IN (SELECT keys_affected."event_id" FROM "run_current_github_events" keys_affected) AND "event_id" >= (SELECT MIN(keys_affected."event_id") FROM "run_current_github_events" keys_affected);

INSERT INTO "sparkify"."current_github_events" ("event_id", "created_at", "day", "type", "action", "actor_id", "actor_login", "actor_display_login", "repo_id", "repo_name", "org_id", "org_login")
SELECT "event_id", "created_at", "day", "type", "action", "actor_id", "actor_login", "actor_display_login", "repo_id", "repo_name", "org_id", "org_login"
FROM "run_current_github_events";

CREATE TEMP TABLE "affected_activity" AS
SELECT keys_affected."event_id", keys_affected."created_at", before_load."day" AS "before_day"
FROM (
SELECT DISTINCT "event_id" AS "event_id", "created_at" AS "created_at"
FROM (SELECT "event_id", "before_created_at" AS "created_at" FROM "run_current_github_events" WHERE "created_at" IS NULL OR "before_created_at" <> "created_at" UNION ALL SELECT "event_id", "created_at" FROM "run_current_github_events") changed_rows
) keys_affected
LEFT JOIN "sparkify"."activity" before_load ON before_load."event_id" = keys_affected."event_id" AND before_load."created_at" = keys_affected."created_at";

DELETE FROM "sparkify"."activity" WHERE "event_id" IN (SELECT keys_affected."event_id" FROM "affected_activity" keys_affected) AND "created_at" >= (SELECT MIN(keys_affected."created_at") FROM "affected_activity" keys_affected);

INSERT INTO "sparkify"."activity" ("event_id", "created_at", "day", "type", "action", "actor_id", "repo_id", "org_id")
SELECT "event_id", "created_at", "day", "type", "action", "actor_id", "repo_id", "org_id"
FROM (
SELECT event_id, created_at, day, type, action, actor_id, repo_id, org_id
FROM "sparkify".current_github_events
WHERE "event_id" IN (SELECT keys_affected."event_id" FROM "affected_activity" keys_affected) AND "created_at" >= (SELECT MIN(keys_affected."created_at") FROM "affected_activity" keys_affected)
) derived
WHERE derived."event_id" IN (SELECT keys_affected."event_id" FROM "affected_activity" keys_affected) AND derived."created_at" >= (SELECT MIN(keys_affected."created_at") FROM "affected_activity" keys_affected);

DELETE FROM "sparkify"."actors" WHERE "actor_id" IN (SELECT keys_affected."actor_id" FROM (SELECT "before_actor_id" AS "actor_id" FROM "run_current_github_events" WHERE "actor_id" IS NULL OR "before_actor_id" <> "actor_id" UNION ALL SELECT "actor_id" FROM "run_current_github_events") keys_affected);

INSERT INTO "sparkify"."actors" ("actor_id", "login", "display_login", "is_bot", "last_event_at")
SELECT "actor_id", "login", "display_login", "is_bot", "last_event_at"
FROM (
-- The event with the largest number is the latest of a second.
SELECT
  actor_id, actor_login AS login, actor_display_login AS display_login,
  CASE WHEN actor_login LIKE '%[bot]' THEN TRUE ELSE FALSE END AS is_bot, created_at AS last_event_at
FROM (
  SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.actor_id ORDER BY e.event_id DESC) AS recency_rank
  FROM "sparkify".current_github_events e
  JOIN (
    SELECT actor_id, MAX(created_at) AS created_at
    FROM "sparkify".current_github_events
    WHERE "actor_id" IN (SELECT keys_affected."actor_id" FROM (SELECT "before_actor_id" AS "actor_id" FROM "run_current_github_events" WHERE "actor_id" IS NULL OR "before_actor_id" <> "actor_id" UNION ALL SELECT "actor_id" FROM "run_current_github_events") keys_affected)
    GROUP BY actor_id
  ) latest ON latest.actor_id = e.actor_id AND latest.created_at = e.created_at
) events
WHERE recency_rank = 1
) derived
WHERE derived."actor_id" IN (SELECT keys_affected."actor_id" FROM (SELECT "before_actor_id" AS "actor_id" FROM "run_current_github_events" WHERE "actor_id" IS NULL OR "before_actor_id" <> "actor_id" UNION ALL SELECT "actor_id" FROM "run_current_github_events") keys_affected);

CREATE TEMP TABLE "affected_days" AS
SELECT DISTINCT "day" AS "day"
FROM (SELECT "before_day" AS "day" FROM "affected_activity" UNION ALL SELECT "day" FROM "sparkify"."activity" WHERE "event_id" IN (SELECT keys_affected."event_id" FROM "affected_activity" keys_affected) AND "created_at" >= (SELECT MIN(keys_affected."created_at") FROM "affected_activity" keys_affected)) changed_rows;

DELETE FROM "sparkify"."days" WHERE "day" IN (SELECT keys_affected."day" FROM "affected_days" keys_affected) AND "day" >= (SELECT MIN(keys_affected."day") FROM "affected_days" keys_affected);

INSERT INTO "sparkify"."days" ("day", "year", "month", "day_of_month", "week", "weekday", "events", "actors", "repos")
SELECT "day", "year", "month", "day_of_month", "week", "weekday", "events", "actors", "repos"
FROM (
SELECT
  day,
  EXTRACT(YEAR FROM day) AS year,
  EXTRACT(MONTH FROM day) AS month,
  EXTRACT(DAY FROM day) AS day_of_month,
  EXTRACT(WEEK FROM day) AS week,
  EXTRACT(DOW FROM day) AS weekday,
  COUNT(*) AS events,
  COUNT(DISTINCT actor_id) AS actors,
  COUNT(DISTINCT repo_id) AS repos
FROM "sparkify".activity
WHERE "day" IN (SELECT keys_affected."day" FROM "affected_days" keys_affected) AND "day" >= (SELECT MIN(keys_affected."day") FROM "affected_days" keys_affected)
GROUP BY day
) derived
WHERE derived."day" IN (SELECT keys_affected."day" FROM "affected_days" keys_affected) AND derived."day" >= (SELECT MIN(keys_affected."day") FROM "affected_days" keys_affected);

DELETE FROM "sparkify"."orgs" WHERE "org_id" IN (SELECT keys_affected."org_id" FROM (SELECT "before_org_id" AS "org_id" FROM "run_current_github_events" WHERE "org_id" IS NULL OR "before_org_id" <> "org_id" UNION ALL SELECT "org_id" FROM "run_current_github_events") keys_affected);

INSERT INTO "sparkify"."orgs" ("org_id", "login", "last_event_at")
SELECT "org_id", "login", "last_event_at"
FROM (
-- The event with the largest number is the latest of a second.
SELECT org_id, org_login AS login, created_at AS last_event_at
FROM (
  SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.org_id ORDER BY e.event_id DESC) AS recency_rank
  FROM "sparkify".current_github_events e
  JOIN (
    SELECT org_id, MAX(created_at) AS created_at
    FROM "sparkify".current_github_events
    WHERE "org_id" IN (SELECT keys_affected."org_id" FROM (SELECT "before_org_id" AS "org_id" FROM "run_current_github_events" WHERE "org_id" IS NULL OR "before_org_id" <> "org_id" UNION ALL SELECT "org_id" FROM "run_current_github_events") keys_affected)
    GROUP BY org_id
  ) latest ON latest.org_id = e.org_id AND latest.created_at = e.created_at
) events
WHERE recency_rank = 1
) derived
WHERE derived."org_id" IN (SELECT keys_affected."org_id" FROM (SELECT "before_org_id" AS "org_id" FROM "run_current_github_events" WHERE "org_id" IS NULL OR "before_org_id" <> "org_id" UNION ALL SELECT "org_id" FROM "run_current_github_events") keys_affected);

DELETE FROM "sparkify"."repos" WHERE "repo_id" IN (SELECT keys_affected."repo_id" FROM (SELECT "before_repo_id" AS "repo_id" FROM "run_current_github_events" WHERE "repo_id" IS NULL OR "before_repo_id" <> "repo_id" UNION ALL SELECT "repo_id" FROM "run_current_github_events") keys_affected);

INSERT INTO "sparkify"."repos" ("repo_id", "name", "owner", "org_id", "last_event_at")
SELECT "repo_id", "name", "owner", "org_id", "last_event_at"
FROM (
-- The event with the largest number is the latest of a second.
SELECT
  repo_id, repo_name AS name, NULLIF(LEFT(repo_name, GREATEST(STRPOS(repo_name, '/') - 1, 0)), '') AS owner, org_id,
  created_at AS last_event_at
FROM (
  SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.repo_id ORDER BY e.event_id DESC) AS recency_rank
  FROM "sparkify".current_github_events e
  JOIN (
    SELECT repo_id, MAX(created_at) AS created_at
    FROM "sparkify".current_github_events
    WHERE "repo_id" IN (SELECT keys_affected."repo_id" FROM (SELECT "before_repo_id" AS "repo_id" FROM "run_current_github_events" WHERE "repo_id" IS NULL OR "before_repo_id" <> "repo_id" UNION ALL SELECT "repo_id" FROM "run_current_github_events") keys_affected)
    GROUP BY repo_id
  ) latest ON latest.repo_id = e.repo_id AND latest.created_at = e.created_at
) events
WHERE recency_rank = 1
) derived
WHERE derived."repo_id" IN (SELECT keys_affected."repo_id" FROM (SELECT "before_repo_id" AS "repo_id" FROM "run_current_github_events" WHERE "repo_id" IS NULL OR "before_repo_id" <> "repo_id" UNION ALL SELECT "repo_id" FROM "run_current_github_events") keys_affected);

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

  SELECT CAST('activity' AS VARCHAR(127)) AS table_name, CAST("event_id" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count
  FROM "sparkify"."activity"
  WHERE "event_id" IN (SELECT keys_affected."event_id" FROM "affected_activity" keys_affected) AND "created_at" >= (SELECT MIN(keys_affected."created_at") FROM "affected_activity" keys_affected)
  GROUP BY "event_id"
  HAVING COUNT(*) > 1
UNION ALL SELECT CAST('actors' AS VARCHAR(127)) AS table_name, CAST("actor_id" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count FROM "sparkify"."actors" WHERE "actor_id" IN (SELECT keys_affected."actor_id" FROM (SELECT "before_actor_id" AS "actor_id" FROM "run_current_github_events" WHERE "actor_id" IS NULL OR "before_actor_id" <> "actor_id" UNION ALL SELECT "actor_id" FROM "run_current_github_events") keys_affected) GROUP BY "actor_id" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('days' AS VARCHAR(127)) AS table_name, CAST("day" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count FROM "sparkify"."days" WHERE "day" IN (SELECT keys_affected."day" FROM "affected_days" keys_affected) AND "day" >= (SELECT MIN(keys_affected."day") FROM "affected_days" keys_affected) GROUP BY "day" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('orgs' AS VARCHAR(127)) AS table_name, CAST("org_id" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count FROM "sparkify"."orgs" WHERE "org_id" IN (SELECT keys_affected."org_id" FROM (SELECT "before_org_id" AS "org_id" FROM "run_current_github_events" WHERE "org_id" IS NULL OR "before_org_id" <> "org_id" UNION ALL SELECT "org_id" FROM "run_current_github_events") keys_affected) GROUP BY "org_id" HAVING COUNT(*) > 1 UNION ALL SELECT CAST('repos' AS VARCHAR(127)) AS table_name, CAST("repo_id" AS VARCHAR(40)) AS key_text, COUNT(*) AS row_count FROM "sparkify"."repos" WHERE "repo_id" IN (SELECT keys_affected."repo_id" FROM (SELECT "before_repo_id" AS "repo_id" FROM "run_current_github_events" WHERE "repo_id" IS NULL OR "before_repo_id" <> "repo_id" UNION ALL SELECT "repo_id" FROM "run_current_github_events") keys_affected) GROUP BY "repo_id" HAVING COUNT(*) > 1
) found
) "one_row_per_key"
UNION ALL
SELECT
  CAST('known_type' AS VARCHAR(127)) AS rule_name,
  CAST('warning' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: warning
-- The types that GitHub's documentation names.
SELECT
  'type "' || type || '" in ' || CAST(COUNT(*) AS VARCHAR(20)) || ' events' AS offender,
  CAST('staging_github_events' AS VARCHAR(127)) AS staging_table,
  CAST('type' AS VARCHAR(127)) AS staging_column,
  type AS staging_value
FROM run_current_github_events
WHERE type NOT IN (
  'CommitCommentEvent', 'CreateEvent', 'DeleteEvent', 'DiscussionEvent', 'ForkEvent', 'GollumEvent', 'IssueCommentEvent',
  'IssuesEvent', 'MemberEvent', 'PublicEvent', 'PullRequestEvent', 'PullRequestReviewCommentEvent', 'PullRequestReviewEvent',
  'PullRequestReviewThreadEvent', 'PushEvent', 'ReleaseEvent', 'SponsorshipEvent', 'WatchEvent'
)
GROUP BY type
) "known_type"
UNION ALL
SELECT
  CAST('one_activity_per_event' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
SELECT
  'event ' || CAST(e.event_id AS VARCHAR(20)) || ' has ' || CAST(COUNT(a.event_id) AS VARCHAR(20)) || ' rows in activity' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (SELECT event_id FROM "sparkify".current_github_events WHERE event_id IN (SELECT keys_affected."event_id" FROM "affected_activity" keys_affected) AND created_at >= (SELECT MIN(keys_affected."created_at") FROM "affected_activity" keys_affected)) e
LEFT JOIN (SELECT event_id FROM "sparkify".activity WHERE "event_id" IN (SELECT keys_affected."event_id" FROM "affected_activity" keys_affected) AND "created_at" >= (SELECT MIN(keys_affected."created_at") FROM "affected_activity" keys_affected)) a ON a.event_id = e.event_id
GROUP BY e.event_id
HAVING COUNT(a.event_id) <> 1
) "one_activity_per_event"
UNION ALL
SELECT
  CAST('one_actor_per_actor_id' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Each actor of an event is in actors exactly once.
SELECT
  'actor ' || CAST(a.actor_id AS VARCHAR(20)) || ' of an event has ' || CAST(COUNT(d.actor_id) AS VARCHAR(20)) || ' rows in actors' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT actor_id
  FROM "sparkify".activity
  WHERE "actor_id" IN (SELECT keys_affected."actor_id" FROM (SELECT "before_actor_id" AS "actor_id" FROM "run_current_github_events" WHERE "actor_id" IS NULL OR "before_actor_id" <> "actor_id" UNION ALL SELECT "actor_id" FROM "run_current_github_events") keys_affected)
) a
LEFT JOIN "sparkify".actors d ON d.actor_id = a.actor_id
GROUP BY a.actor_id
HAVING COUNT(d.actor_id) <> 1
) "one_actor_per_actor_id"
UNION ALL
SELECT
  CAST('one_org_per_org_id' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Each org of an event is in orgs exactly once.
SELECT
  'org ' || CAST(a.org_id AS VARCHAR(20)) || ' of an event has ' || CAST(COUNT(d.org_id) AS VARCHAR(20)) || ' rows in orgs' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT org_id
  FROM "sparkify".activity
  WHERE "org_id" IN (SELECT keys_affected."org_id" FROM (SELECT "before_org_id" AS "org_id" FROM "run_current_github_events" WHERE "org_id" IS NULL OR "before_org_id" <> "org_id" UNION ALL SELECT "org_id" FROM "run_current_github_events") keys_affected) AND org_id IS NOT NULL
) a
LEFT JOIN "sparkify".orgs d ON d.org_id = a.org_id
GROUP BY a.org_id
HAVING COUNT(d.org_id) <> 1
) "one_org_per_org_id"
UNION ALL
SELECT
  CAST('one_repo_per_repo_id' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Each repo of an event is in repos exactly once.
SELECT
  'repo ' || CAST(a.repo_id AS VARCHAR(20)) || ' of an event has ' || CAST(COUNT(d.repo_id) AS VARCHAR(20)) || ' rows in repos' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT repo_id
  FROM "sparkify".activity
  WHERE "repo_id" IN (SELECT keys_affected."repo_id" FROM (SELECT "before_repo_id" AS "repo_id" FROM "run_current_github_events" WHERE "repo_id" IS NULL OR "before_repo_id" <> "repo_id" UNION ALL SELECT "repo_id" FROM "run_current_github_events") keys_affected)
) a
LEFT JOIN "sparkify".repos d ON d.repo_id = a.repo_id
GROUP BY a.repo_id
HAVING COUNT(d.repo_id) <> 1
) "one_repo_per_repo_id"
UNION ALL
SELECT
  CAST('one_row_per_day' AS VARCHAR(127)) AS rule_name,
  CAST('error' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
-- severity: error
-- Each day of an event is in days exactly once.
SELECT
  'day ' || CAST(a.day AS VARCHAR(20)) || ' of an event has ' || CAST(COUNT(d.day) AS VARCHAR(20)) || ' rows in days' AS offender,
  CAST(NULL AS VARCHAR(127)) AS staging_table,
  CAST(NULL AS VARCHAR(127)) AS staging_column,
  CAST(NULL AS VARCHAR(256)) AS staging_value
FROM (
  SELECT DISTINCT day
  FROM "sparkify".activity
  WHERE "day" IN (SELECT keys_affected."day" FROM "affected_days" keys_affected) AND "day" >= (SELECT MIN(keys_affected."day") FROM "affected_days" keys_affected)
) a
LEFT JOIN (SELECT day FROM "sparkify".days WHERE "day" IN (SELECT keys_affected."day" FROM "affected_days" keys_affected) AND "day" >= (SELECT MIN(keys_affected."day") FROM "affected_days" keys_affected)) d ON d.day = a.day
GROUP BY a.day
HAVING COUNT(d.day) <> 1
) "one_row_per_day";

SELECT rule_name, severity, offender, staging_table, staging_column, staging_value
FROM run_offenders
ORDER BY severity, rule_name, offender
LIMIT 100;

SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0'
  ELSE 'starload check: ' || MIN(rule_name) || ': ' || MIN(offender) END AS INTEGER) AS passed
FROM run_offenders
WHERE severity = 'error';
