SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

CREATE TEMP TABLE "expected_current_events" AS
SELECT "event_id", "ts", "start_time", "session_id", "item_in_session", "user_id", "logged_in", "page", "level", "song", "artist", "length", "location", "user_agent", "first_name", "last_name", "gender"
FROM "sparkify"."current_events"
WHERE 1 = 0;

CREATE TEMP TABLE "expected_current_songs" AS
SELECT "song_id", "title", "artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude", "year", "duration"
FROM "sparkify"."current_songs"
WHERE 1 = 0;

CREATE TEMP TABLE "expected_artists" AS
SELECT "artist_id", "name", "location", "latitude", "longitude"
FROM "sparkify"."artists"
WHERE 1 = 0;

CREATE TEMP TABLE "expected_songplays" AS
SELECT "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "location", "user_agent"
FROM "sparkify"."songplays"
WHERE 1 = 0;

CREATE TEMP TABLE "expected_songs" AS
SELECT "song_id", "title", "artist_id", "year", "duration"
FROM "sparkify"."songs"
WHERE 1 = 0;

CREATE TEMP TABLE "expected_time" AS
SELECT "start_time", "hour", "day", "week", "month", "year", "weekday"
FROM "sparkify"."time"
WHERE 1 = 0;

CREATE TEMP TABLE "expected_users" AS
SELECT "user_id", "first_name", "last_name", "gender", "level"
FROM "sparkify"."users"
WHERE 1 = 0;

CREATE TEMP TABLE "sample_staging_events" AS
SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "source_file", "source_line", "rescued", "loaded_at"
FROM "sparkify"."staging_events"
WHERE SUBSTRING(MD5('0' || '|' || COALESCE(CAST("userid" AS VARCHAR(4096)), '')), 1, 8) < '19999999';

INSERT INTO "expected_current_events" ("event_id", "ts", "start_time", "session_id", "item_in_session", "user_id", "logged_in", "page", "level", "song", "artist", "length", "location", "user_agent", "first_name", "last_name", "gender")
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
FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at" FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", COUNT(*) OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid") AS starload_versions FROM "sample_staging_events" WHERE "loaded_at" >= TIMESTAMP '1970-01-01 00:00:00') counted WHERE starload_versions = 1 UNION ALL SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at" FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", ROW_NUMBER() OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid" ORDER BY "loaded_at" DESC, MD5(COALESCE(CAST(LENGTH("artist") AS VARCHAR(5)) || ':' || "artist", '-') || COALESCE(CAST(LENGTH("auth") AS VARCHAR(5)) || ':' || "auth", '-') || COALESCE(CAST(LENGTH("firstname") AS VARCHAR(5)) || ':' || "firstname", '-') || COALESCE(CAST(LENGTH("gender") AS VARCHAR(5)) || ':' || "gender", '-') || COALESCE(CAST(LENGTH("lastname") AS VARCHAR(5)) || ':' || "lastname", '-') || COALESCE(CAST(LENGTH("level") AS VARCHAR(5)) || ':' || "level", '-') || COALESCE(CAST(LENGTH("location") AS VARCHAR(5)) || ':' || "location", '-') || COALESCE(CAST(LENGTH("method") AS VARCHAR(5)) || ':' || "method", '-') || CAST(LENGTH("page") AS VARCHAR(5)) || ':' || "page" || COALESCE(CAST(LENGTH("song") AS VARCHAR(5)) || ':' || "song", '-') || COALESCE(CAST(LENGTH("useragent") AS VARCHAR(5)) || ':' || "useragent", '-')), "length" NULLS LAST, "registration" NULLS LAST, "status" NULLS LAST) AS starload_rank FROM (SELECT "artist", "auth", "firstname", "gender", "iteminsession", "lastname", "length", "level", "location", "method", "page", "registration", "sessionid", "song", "status", "ts", "useragent", "userid", "loaded_at", COUNT(*) OVER (PARTITION BY "iteminsession", "sessionid", "ts", "userid") AS starload_versions FROM "sample_staging_events" WHERE "loaded_at" >= TIMESTAMP '1970-01-01 00:00:00') counted WHERE starload_versions > 1) versions WHERE starload_rank = 1) "staging_events"
) derived
WHERE 1 = 1;

INSERT INTO "expected_current_songs" ("song_id", "title", "artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude", "year", "duration")
SELECT "song_id", "title", "artist_id", "artist_name", "artist_location", "artist_latitude", "artist_longitude", "year", "duration"
FROM (
SELECT
  RTRIM(song_id, ' ') AS song_id, title, RTRIM(artist_id, ' ') AS artist_id, artist_name, artist_location,
  artist_latitude, artist_longitude, year, duration
FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at" FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", COUNT(*) OVER (PARTITION BY RTRIM("song_id", ' ')) AS starload_versions FROM "sparkify"."staging_songs" WHERE "loaded_at" >= TIMESTAMP '1970-01-01 00:00:00') counted WHERE starload_versions = 1 UNION ALL SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at" FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", ROW_NUMBER() OVER (PARTITION BY RTRIM("song_id", ' ') ORDER BY "loaded_at" DESC, MD5(CAST(LENGTH("artist_id") AS VARCHAR(5)) || ':' || "artist_id" || COALESCE(CAST(LENGTH("artist_location") AS VARCHAR(5)) || ':' || "artist_location", '-') || COALESCE(CAST(LENGTH("artist_name") AS VARCHAR(5)) || ':' || "artist_name", '-') || CAST(LENGTH("song_id") AS VARCHAR(5)) || ':' || "song_id" || COALESCE(CAST(LENGTH("title") AS VARCHAR(5)) || ':' || "title", '-')), "num_songs" NULLS LAST, "artist_latitude" NULLS LAST, "artist_longitude" NULLS LAST, "duration" NULLS LAST, "year" NULLS LAST) AS starload_rank FROM (SELECT "num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name", "song_id", "title", "duration", "year", "loaded_at", COUNT(*) OVER (PARTITION BY RTRIM("song_id", ' ')) AS starload_versions FROM "sparkify"."staging_songs" WHERE "loaded_at" >= TIMESTAMP '1970-01-01 00:00:00') counted WHERE starload_versions > 1) versions WHERE starload_rank = 1) "staging_songs"
) derived
WHERE 1 = 1;

INSERT INTO "expected_artists" ("artist_id", "name", "location", "latitude", "longitude")
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
  FROM "expected_current_songs" s
  WHERE 1 = 1
) spellings
WHERE spelling_rank = 1
) derived
WHERE "artist_id" IS NOT NULL;

INSERT INTO "expected_songplays" ("songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "location", "user_agent")
SELECT "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "location", "user_agent"
FROM (
-- If several songs match a play, takes the smallest song_id. Matches once per song, so that no play is duplicated.
SELECT
  e.event_id AS songplay_id, e.start_time, e.user_id, e.level, s.song_id, s.artist_id, e.session_id, e.location, e.user_agent
FROM (SELECT * FROM "expected_current_events" WHERE page = 'NextSong' AND 1 = 1) e
LEFT JOIN (
  SELECT RTRIM(title, ' ') AS match_title, RTRIM(artist_name, ' ') AS match_artist, duration, MIN(song_id) AS song_id
  FROM "expected_current_songs"
  GROUP BY RTRIM(title, ' '), RTRIM(artist_name, ' '), duration
) m ON e.song = m.match_title AND e.artist = m.match_artist AND e.length = m.duration
LEFT JOIN "expected_current_songs" s ON s.song_id = m.song_id
) derived
WHERE "songplay_id" IS NOT NULL AND "start_time" IS NOT NULL;

INSERT INTO "expected_songs" ("song_id", "title", "artist_id", "year", "duration")
SELECT "song_id", "title", "artist_id", "year", "duration"
FROM (
SELECT song_id, title, artist_id, year, duration
FROM "expected_current_songs"
) derived
WHERE "song_id" IS NOT NULL;

INSERT INTO "expected_time" ("start_time", "hour", "day", "week", "month", "year", "weekday")
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
FROM (SELECT DISTINCT start_time FROM "expected_songplays" WHERE 1 = 1) played
) derived
WHERE "start_time" IS NOT NULL;

INSERT INTO "expected_users" ("user_id", "first_name", "last_name", "gender", "level")
SELECT "user_id", "first_name", "last_name", "gender", "level"
FROM (
-- The whole row comes from the user's latest event by (ts, itemInSession); the session decides a tie of both.
SELECT user_id, first_name, last_name, gender, level
FROM (
  SELECT
    e.*,
    ROW_NUMBER() OVER (PARTITION BY e.user_id ORDER BY e.item_in_session DESC, e.session_id DESC) AS recency_rank
  FROM "expected_current_events" e
  JOIN (
    SELECT user_id, MAX(ts) AS ts
    FROM "expected_current_events"
    WHERE logged_in AND 1 = 1
    GROUP BY user_id
  ) latest ON latest.user_id = e.user_id AND latest.ts = e.ts
  WHERE e.logged_in
) events
WHERE recency_rank = 1
) derived
WHERE "user_id" IS NOT NULL;

SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, rows_due, rows_found, place, offenders
FROM (
  SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, rows_due, rows_found, place, place_in_key, MAX(place) OVER () AS offenders
  FROM (
    SELECT
      v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, rows_due, rows_found,
      DENSE_RANK() OVER (ORDER BY v1) AS place,
      ROW_NUMBER() OVER (PARTITION BY v1 ORDER BY rows_due DESC) AS place_in_key
    FROM (
      SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, rows_due, rows_found, MAX(rows_due - rows_found) OVER (PARTITION BY v1) AS lacking
      FROM (
        SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, SUM(due) AS rows_due, SUM(found) AS rows_found
        FROM (
          SELECT "event_id" AS v1, "ts" AS v2, "start_time" AS v3, "session_id" AS v4, "item_in_session" AS v5, "user_id" AS v6, "logged_in" AS v7, "page" AS v8, "level" AS v9, "song" AS v10, "artist" AS v11, "length" AS v12, "location" AS v13, "user_agent" AS v14, "first_name" AS v15, "last_name" AS v16, "gender" AS v17, 1 AS due, 0 AS found
          FROM "expected_current_events"
          UNION ALL
          SELECT "event_id" AS v1, "ts" AS v2, "start_time" AS v3, "session_id" AS v4, "item_in_session" AS v5, "user_id" AS v6, "logged_in" AS v7, "page" AS v8, "level" AS v9, "song" AS v10, "artist" AS v11, "length" AS v12, "location" AS v13, "user_agent" AS v14, "first_name" AS v15, "last_name" AS v16, "gender" AS v17, 0, 1
          FROM (
  SELECT found_rows."event_id", found_rows."ts", found_rows."start_time", found_rows."session_id", found_rows."item_in_session", found_rows."user_id", found_rows."logged_in", found_rows."page", found_rows."level", found_rows."song", found_rows."artist", found_rows."length", found_rows."location", found_rows."user_agent", found_rows."first_name", found_rows."last_name", found_rows."gender"
  FROM "sparkify"."current_events" found_rows
  JOIN (SELECT DISTINCT "event_id" FROM "expected_current_events") sampled_keys
    ON found_rows."event_id" = sampled_keys."event_id"
) sampled_rows
        ) counted
        GROUP BY v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, LENGTH(v1), LENGTH(v8), LENGTH(v9), LENGTH(v10), LENGTH(v11), LENGTH(v13), LENGTH(v14), LENGTH(v15), LENGTH(v16), LENGTH(v17)
        HAVING SUM(due) <> SUM(found)
      ) differing
    ) offending
  ) numbered
) listed
WHERE place <= 20 AND place_in_key <= 4
ORDER BY place, place_in_key;

SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, rows_due, rows_found, place, offenders
FROM (
  SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, rows_due, rows_found, place, place_in_key, MAX(place) OVER () AS offenders
  FROM (
    SELECT
      v1, v2, v3, v4, v5, v6, v7, v8, v9, rows_due, rows_found,
      DENSE_RANK() OVER (ORDER BY v1) AS place,
      ROW_NUMBER() OVER (PARTITION BY v1 ORDER BY rows_due DESC) AS place_in_key
    FROM (
      SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, rows_due, rows_found, MAX(rows_due - rows_found) OVER (PARTITION BY v1) AS lacking
      FROM (
        SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, SUM(due) AS rows_due, SUM(found) AS rows_found
        FROM (
          SELECT "song_id" AS v1, "title" AS v2, "artist_id" AS v3, "artist_name" AS v4, "artist_location" AS v5, "artist_latitude" AS v6, "artist_longitude" AS v7, "year" AS v8, "duration" AS v9, 1 AS due, 0 AS found
          FROM "expected_current_songs"
          UNION ALL
          SELECT "song_id" AS v1, "title" AS v2, "artist_id" AS v3, "artist_name" AS v4, "artist_location" AS v5, "artist_latitude" AS v6, "artist_longitude" AS v7, "year" AS v8, "duration" AS v9, 0, 1
          FROM (
  SELECT found_rows."song_id", found_rows."title", found_rows."artist_id", found_rows."artist_name", found_rows."artist_location", found_rows."artist_latitude", found_rows."artist_longitude", found_rows."year", found_rows."duration"
  FROM "sparkify"."current_songs" found_rows
  JOIN (SELECT DISTINCT "song_id" FROM "expected_current_songs") sampled_keys
    ON found_rows."song_id" = sampled_keys."song_id"
) sampled_rows
        ) counted
        GROUP BY v1, v2, v3, v4, v5, v6, v7, v8, v9, LENGTH(v1), LENGTH(v2), LENGTH(v3), LENGTH(v4), LENGTH(v5)
        HAVING SUM(due) <> SUM(found)
      ) differing
    ) offending
  ) numbered
) listed
WHERE place <= 20 AND place_in_key <= 4
ORDER BY place, place_in_key;

SELECT v1, v2, v3, v4, v5, rows_due, rows_found, place, offenders
FROM (
  SELECT v1, v2, v3, v4, v5, rows_due, rows_found, place, place_in_key, MAX(place) OVER () AS offenders
  FROM (
    SELECT
      v1, v2, v3, v4, v5, rows_due, rows_found,
      DENSE_RANK() OVER (ORDER BY v1) AS place,
      ROW_NUMBER() OVER (PARTITION BY v1 ORDER BY rows_due DESC) AS place_in_key
    FROM (
      SELECT v1, v2, v3, v4, v5, rows_due, rows_found, MAX(rows_due - rows_found) OVER (PARTITION BY v1) AS lacking
      FROM (
        SELECT v1, v2, v3, v4, v5, SUM(due) AS rows_due, SUM(found) AS rows_found
        FROM (
          SELECT "artist_id" AS v1, "name" AS v2, "location" AS v3, "latitude" AS v4, "longitude" AS v5, 1 AS due, 0 AS found
          FROM "expected_artists"
          UNION ALL
          SELECT "artist_id" AS v1, "name" AS v2, "location" AS v3, "latitude" AS v4, "longitude" AS v5, 0, 1
          FROM (
  SELECT found_rows."artist_id", found_rows."name", found_rows."location", found_rows."latitude", found_rows."longitude"
  FROM "sparkify"."artists" found_rows
  JOIN (SELECT DISTINCT "artist_id" FROM "expected_artists") sampled_keys
    ON found_rows."artist_id" = sampled_keys."artist_id"
) sampled_rows
        ) counted
        GROUP BY v1, v2, v3, v4, v5, LENGTH(v1), LENGTH(v2), LENGTH(v3)
        HAVING SUM(due) <> SUM(found)
      ) differing
    ) offending
  ) numbered
) listed
WHERE place <= 20 AND place_in_key <= 4
ORDER BY place, place_in_key;

SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, rows_due, rows_found, place, offenders
FROM (
  SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, rows_due, rows_found, place, place_in_key, MAX(place) OVER () AS offenders
  FROM (
    SELECT
      v1, v2, v3, v4, v5, v6, v7, v8, v9, rows_due, rows_found,
      DENSE_RANK() OVER (ORDER BY v1) AS place,
      ROW_NUMBER() OVER (PARTITION BY v1 ORDER BY rows_due DESC) AS place_in_key
    FROM (
      SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, rows_due, rows_found, MAX(rows_due - rows_found) OVER (PARTITION BY v1) AS lacking
      FROM (
        SELECT v1, v2, v3, v4, v5, v6, v7, v8, v9, SUM(due) AS rows_due, SUM(found) AS rows_found
        FROM (
          SELECT "songplay_id" AS v1, "start_time" AS v2, "user_id" AS v3, "level" AS v4, "song_id" AS v5, "artist_id" AS v6, "session_id" AS v7, "location" AS v8, "user_agent" AS v9, 1 AS due, 0 AS found
          FROM "expected_songplays"
          UNION ALL
          SELECT "songplay_id" AS v1, "start_time" AS v2, "user_id" AS v3, "level" AS v4, "song_id" AS v5, "artist_id" AS v6, "session_id" AS v7, "location" AS v8, "user_agent" AS v9, 0, 1
          FROM (
  SELECT found_rows."songplay_id", found_rows."start_time", found_rows."user_id", found_rows."level", found_rows."song_id", found_rows."artist_id", found_rows."session_id", found_rows."location", found_rows."user_agent"
  FROM "sparkify"."songplays" found_rows
  JOIN (SELECT DISTINCT "songplay_id" FROM "expected_songplays") sampled_keys
    ON found_rows."songplay_id" = sampled_keys."songplay_id"
) sampled_rows
        ) counted
        GROUP BY v1, v2, v3, v4, v5, v6, v7, v8, v9, LENGTH(v1), LENGTH(v4), LENGTH(v5), LENGTH(v6), LENGTH(v8), LENGTH(v9)
        HAVING SUM(due) <> SUM(found)
      ) differing
    ) offending
  ) numbered
) listed
WHERE place <= 20 AND place_in_key <= 4
ORDER BY place, place_in_key;

SELECT v1, v2, v3, v4, v5, rows_due, rows_found, place, offenders
FROM (
  SELECT v1, v2, v3, v4, v5, rows_due, rows_found, place, place_in_key, MAX(place) OVER () AS offenders
  FROM (
    SELECT
      v1, v2, v3, v4, v5, rows_due, rows_found,
      DENSE_RANK() OVER (ORDER BY v1) AS place,
      ROW_NUMBER() OVER (PARTITION BY v1 ORDER BY rows_due DESC) AS place_in_key
    FROM (
      SELECT v1, v2, v3, v4, v5, rows_due, rows_found, MAX(rows_due - rows_found) OVER (PARTITION BY v1) AS lacking
      FROM (
        SELECT v1, v2, v3, v4, v5, SUM(due) AS rows_due, SUM(found) AS rows_found
        FROM (
          SELECT "song_id" AS v1, "title" AS v2, "artist_id" AS v3, "year" AS v4, "duration" AS v5, 1 AS due, 0 AS found
          FROM "expected_songs"
          UNION ALL
          SELECT "song_id" AS v1, "title" AS v2, "artist_id" AS v3, "year" AS v4, "duration" AS v5, 0, 1
          FROM (
  SELECT found_rows."song_id", found_rows."title", found_rows."artist_id", found_rows."year", found_rows."duration"
  FROM "sparkify"."songs" found_rows
  JOIN (SELECT DISTINCT "song_id" FROM "expected_songs") sampled_keys
    ON found_rows."song_id" = sampled_keys."song_id"
) sampled_rows
        ) counted
        GROUP BY v1, v2, v3, v4, v5, LENGTH(v1), LENGTH(v2), LENGTH(v3)
        HAVING SUM(due) <> SUM(found)
      ) differing
    ) offending
  ) numbered
) listed
WHERE place <= 20 AND place_in_key <= 4
ORDER BY place, place_in_key;

SELECT v1, v2, v3, v4, v5, v6, v7, rows_due, rows_found, place, offenders
FROM (
  SELECT v1, v2, v3, v4, v5, v6, v7, rows_due, rows_found, place, place_in_key, MAX(place) OVER () AS offenders
  FROM (
    SELECT
      v1, v2, v3, v4, v5, v6, v7, rows_due, rows_found,
      DENSE_RANK() OVER (ORDER BY v1) AS place,
      ROW_NUMBER() OVER (PARTITION BY v1 ORDER BY rows_due DESC) AS place_in_key
    FROM (
      SELECT v1, v2, v3, v4, v5, v6, v7, rows_due, rows_found, MAX(rows_due - rows_found) OVER (PARTITION BY v1) AS lacking
      FROM (
        SELECT v1, v2, v3, v4, v5, v6, v7, SUM(due) AS rows_due, SUM(found) AS rows_found
        FROM (
          SELECT "start_time" AS v1, "hour" AS v2, "day" AS v3, "week" AS v4, "month" AS v5, "year" AS v6, "weekday" AS v7, 1 AS due, 0 AS found
          FROM "expected_time"
          UNION ALL
          SELECT "start_time" AS v1, "hour" AS v2, "day" AS v3, "week" AS v4, "month" AS v5, "year" AS v6, "weekday" AS v7, 0, 1
          FROM (
  SELECT found_rows."start_time", found_rows."hour", found_rows."day", found_rows."week", found_rows."month", found_rows."year", found_rows."weekday"
  FROM "sparkify"."time" found_rows
  JOIN (SELECT DISTINCT "start_time" FROM "expected_time") sampled_keys
    ON found_rows."start_time" = sampled_keys."start_time"
) sampled_rows
        ) counted
        GROUP BY v1, v2, v3, v4, v5, v6, v7
        HAVING SUM(due) <> SUM(found)
      ) differing
    ) offending
  ) numbered
) listed
WHERE place <= 20 AND place_in_key <= 4
ORDER BY place, place_in_key;

SELECT v1, v2, v3, v4, v5, rows_due, rows_found, place, offenders
FROM (
  SELECT v1, v2, v3, v4, v5, rows_due, rows_found, place, place_in_key, MAX(place) OVER () AS offenders
  FROM (
    SELECT
      v1, v2, v3, v4, v5, rows_due, rows_found,
      DENSE_RANK() OVER (ORDER BY v1) AS place,
      ROW_NUMBER() OVER (PARTITION BY v1 ORDER BY rows_due DESC) AS place_in_key
    FROM (
      SELECT v1, v2, v3, v4, v5, rows_due, rows_found, MAX(rows_due - rows_found) OVER (PARTITION BY v1) AS lacking
      FROM (
        SELECT v1, v2, v3, v4, v5, SUM(due) AS rows_due, SUM(found) AS rows_found
        FROM (
          SELECT "user_id" AS v1, "first_name" AS v2, "last_name" AS v3, "gender" AS v4, "level" AS v5, 1 AS due, 0 AS found
          FROM "expected_users"
          UNION ALL
          SELECT "user_id" AS v1, "first_name" AS v2, "last_name" AS v3, "gender" AS v4, "level" AS v5, 0, 1
          FROM (
  SELECT found_rows."user_id", found_rows."first_name", found_rows."last_name", found_rows."gender", found_rows."level"
  FROM "sparkify"."users" found_rows
  JOIN (SELECT DISTINCT "user_id" FROM "expected_users") sampled_keys
    ON found_rows."user_id" = sampled_keys."user_id"
) sampled_rows
        ) counted
        GROUP BY v1, v2, v3, v4, v5, LENGTH(v2), LENGTH(v3), LENGTH(v4), LENGTH(v5)
        HAVING SUM(due) <> SUM(found)
      ) differing
    ) offending
  ) numbered
) listed
WHERE place <= 20 AND place_in_key <= 4
ORDER BY place, place_in_key;

SELECT rule_name, offenders, offender
FROM (
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
