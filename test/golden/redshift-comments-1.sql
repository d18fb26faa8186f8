SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

LOCK "sparkify"."load_run";

COMMENT ON TABLE "sparkify"."load_history" IS 'One row per file that was loaded, run by run, before create-tables dropped the ledger. etl --replay repeats these runs in their order: by generation, one for each create-tables, then by stamp. create-tables adds to it and never drops it. The generation 0 has the files of runs that were undone: they are not repeated, and etl does not load them unless it is told. The generation -1 has the entries of people who are forgotten.';

COMMENT ON TABLE "sparkify"."load_ledger" IS 'One row per version of a file that was loaded, or set aside as a whole, committed with that file''s rows. `records` counts all records read; `rejected` of them were not staged. `status` is loaded, quarantined, moved (the file''s content had been loaded under another name, and was not loaded again), or undone: nothing of it is left, and etl does not load it again unless it is told. Two statuses are no versions. forget: somebody whose records no load takes; `uri` names the columns that tell whose a record is, `version` has a salt and the digest of their values. forgotten: `rejected` says how many records of a file, or of files of the run, were left out or removed since for that reason. The columns about keys are NULL where nobody has counted them: for such files, for whole folders, and for files that an earlier release loaded.';

COMMENT ON COLUMN "sparkify"."load_ledger"."source_file" IS 'The number of the file in its run: the rows of its records have it. NULL if no record was read.';

COMMENT ON COLUMN "sparkify"."load_ledger"."keys_met" IS 'How many keys of the records loaded were met: keys_loaded + keys_rescued + keys_ignored + keys_unknown.';

COMMENT ON COLUMN "sparkify"."load_ledger"."keys_loaded" IS 'Those that columns take.';

COMMENT ON COLUMN "sparkify"."load_ledger"."keys_rescued" IS 'Those that no column takes and that are kept in the column rescued.';

COMMENT ON COLUMN "sparkify"."load_ledger"."keys_ignored" IS 'Those that the model leaves out on purpose.';

COMMENT ON COLUMN "sparkify"."load_ledger"."keys_unknown" IS 'Those that no column takes. Their values are not loaded.';

COMMENT ON COLUMN "sparkify"."load_ledger"."unknown_keys" IS 'The keys that no column takes, as JSON: how many there are at least, and the first, each with its records and first line.';

COMMENT ON COLUMN "sparkify"."load_ledger"."keys_model" IS 'A digest of the keys that the model took and ignored, and of whether others were kept.';

COMMENT ON COLUMN "sparkify"."load_ledger"."missing_columns" IS 'The columns whose keys none of the records loaded has, separated by commas.';

COMMENT ON TABLE "sparkify"."load_run" IS 'One row: when the newest writing transaction began. Every such transaction updates it first, so that if two overlap, one waits or fails. Reading it waits for a load: migrate and forget do, check and reconcile read it if none is running, no other command.';

COMMENT ON TABLE "sparkify"."rejected_records" IS 'One row per bad record that was kept out of staging, committed with its run. `line` is where the record begins. A row without a line describes a problem of a whole file. `column_name` is NULL if the record is malformed.';

COMMENT ON TABLE "sparkify"."staging_events" IS 'What users did in the app: every event of the log files, in every version that was ever loaded.';

COMMENT ON COLUMN "sparkify"."staging_events"."artist" IS 'The artist of the song played, as the app shows it.';

COMMENT ON COLUMN "sparkify"."staging_events"."auth" IS 'Whether the user was logged in: Logged In, Logged Out, Guest or Cancelled.';

COMMENT ON COLUMN "sparkify"."staging_events"."firstname" IS 'The user''s first name at the time of the event.';

COMMENT ON COLUMN "sparkify"."staging_events"."gender" IS 'The user''s gender: F or M.';

COMMENT ON COLUMN "sparkify"."staging_events"."iteminsession" IS 'The number of the event within its session, from 0.';

COMMENT ON COLUMN "sparkify"."staging_events"."lastname" IS 'The user''s last name at the time of the event.';

COMMENT ON COLUMN "sparkify"."staging_events"."length" IS 'The length of the song played, in seconds.';

COMMENT ON COLUMN "sparkify"."staging_events"."level" IS 'The user''s plan at the time of the event: free or paid.';

COMMENT ON COLUMN "sparkify"."staging_events"."location" IS 'Where the user was: city and state.';

COMMENT ON COLUMN "sparkify"."staging_events"."method" IS 'The HTTP method of the request.';

COMMENT ON COLUMN "sparkify"."staging_events"."page" IS 'The page that was opened. NextSong is the play of a song.';

COMMENT ON COLUMN "sparkify"."staging_events"."registration" IS 'When the user signed up, in milliseconds since 1970 (UTC).';

COMMENT ON COLUMN "sparkify"."staging_events"."sessionid" IS 'The number of the session. Several users may have the same one.';

COMMENT ON COLUMN "sparkify"."staging_events"."song" IS 'The title of the song played.';

COMMENT ON COLUMN "sparkify"."staging_events"."status" IS 'The HTTP status of the answer.';

COMMENT ON COLUMN "sparkify"."staging_events"."ts" IS 'When it happened, in milliseconds since 1970 (UTC).';

COMMENT ON COLUMN "sparkify"."staging_events"."useragent" IS 'The browser, as it names itself.';

COMMENT ON COLUMN "sparkify"."staging_events"."userid" IS 'The id of the user; NULL without a login.';

COMMENT ON COLUMN "sparkify"."staging_events"."source_file" IS 'The number of the file in its run, as in load_ledger, if the record was read one by one.';

COMMENT ON COLUMN "sparkify"."staging_events"."source_line" IS 'The line of the file on which the record begins.';

COMMENT ON COLUMN "sparkify"."staging_events"."rescued" IS 'The keys that no column takes, as JSON, if they were kept.';

COMMENT ON COLUMN "sparkify"."staging_events"."loaded_at" IS 'When the row was loaded, in UTC.';
