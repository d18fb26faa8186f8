SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

LOCK "sparkify"."load_run";

COMMENT ON TABLE "sparkify"."staging_songs" IS 'The catalogue of songs: every song file, in every version that was ever loaded.';

COMMENT ON COLUMN "sparkify"."staging_songs"."num_songs" IS 'The number of songs in the file, always 1.';

COMMENT ON COLUMN "sparkify"."staging_songs"."artist_id" IS 'The id of the artist, such as ARJIE2Y1187B994AB7.';

COMMENT ON COLUMN "sparkify"."staging_songs"."artist_latitude" IS 'The latitude of where the artist is from, in degrees.';

COMMENT ON COLUMN "sparkify"."staging_songs"."artist_longitude" IS 'The longitude of where the artist is from, in degrees.';

COMMENT ON COLUMN "sparkify"."staging_songs"."artist_location" IS 'Where the artist is from, in words.';

COMMENT ON COLUMN "sparkify"."staging_songs"."artist_name" IS 'The artist''s name on this song; may add guests.';

COMMENT ON COLUMN "sparkify"."staging_songs"."song_id" IS 'The id of the song, such as SOUPIRU12A6D4FA1E1.';

COMMENT ON COLUMN "sparkify"."staging_songs"."title" IS 'The title of the song.';

COMMENT ON COLUMN "sparkify"."staging_songs"."duration" IS 'The length of the song, in seconds.';

COMMENT ON COLUMN "sparkify"."staging_songs"."year" IS 'The year of release; 0 if it is not known.';

COMMENT ON COLUMN "sparkify"."staging_songs"."source_file" IS 'The number of the file in its run, as in load_ledger, if the record was read one by one.';

COMMENT ON COLUMN "sparkify"."staging_songs"."source_line" IS 'The line of the file on which the record begins.';

COMMENT ON COLUMN "sparkify"."staging_songs"."rescued" IS 'The keys that no column takes, as JSON, if they were kept.';

COMMENT ON COLUMN "sparkify"."staging_songs"."loaded_at" IS 'When the row was loaded, in UTC.';

COMMENT ON TABLE "sparkify"."current_events" IS 'The events, each in the version that counts. Internal: songplays and users are derived from it. Text that is compared has its trailing blanks cut, because Redshift ignores them.';

COMMENT ON COLUMN "sparkify"."current_events"."event_id" IS 'A digest of ts, session, item and user, which identify an event.';

COMMENT ON COLUMN "sparkify"."current_events"."ts" IS 'When it happened, in milliseconds since 1970 (UTC).';

COMMENT ON COLUMN "sparkify"."current_events"."start_time" IS 'When it happened, in UTC.';

COMMENT ON COLUMN "sparkify"."current_events"."session_id" IS 'The number of the session. Several users may have the same one.';

COMMENT ON COLUMN "sparkify"."current_events"."item_in_session" IS 'The number of the event within its session, from 0.';

COMMENT ON COLUMN "sparkify"."current_events"."user_id" IS 'The id of the user; NULL without a login.';

COMMENT ON COLUMN "sparkify"."current_events"."logged_in" IS 'Whether a user is logged in, so that names and plan are theirs.';

COMMENT ON COLUMN "sparkify"."current_events"."page" IS 'The page that was opened. NextSong is the play of a song.';

COMMENT ON COLUMN "sparkify"."current_events"."level" IS 'The user''s plan at the time of the event: free or paid.';

COMMENT ON COLUMN "sparkify"."current_events"."song" IS 'The title of the song played.';

COMMENT ON COLUMN "sparkify"."current_events"."artist" IS 'The artist of the song played, as the app shows it.';

COMMENT ON COLUMN "sparkify"."current_events"."length" IS 'The length of the song played, in seconds.';

COMMENT ON COLUMN "sparkify"."current_events"."location" IS 'Where the user was: city and state.';

COMMENT ON COLUMN "sparkify"."current_events"."user_agent" IS 'The browser, as it names itself.';

COMMENT ON COLUMN "sparkify"."current_events"."first_name" IS 'The user''s first name at the time of the event.';

COMMENT ON COLUMN "sparkify"."current_events"."last_name" IS 'The user''s last name at the time of the event.';

COMMENT ON COLUMN "sparkify"."current_events"."gender" IS 'The user''s gender: F or M.';

COMMENT ON TABLE "sparkify"."current_songs" IS 'The songs, each in the version that counts. Internal: songs, artists and the matches of plays are derived from it.';

COMMENT ON COLUMN "sparkify"."current_songs"."song_id" IS 'The id of the song, such as SOUPIRU12A6D4FA1E1.';

COMMENT ON COLUMN "sparkify"."current_songs"."title" IS 'The title of the song.';
