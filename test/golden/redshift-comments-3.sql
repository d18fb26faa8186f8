SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

LOCK "sparkify"."load_run";

COMMENT ON COLUMN "sparkify"."current_songs"."artist_id" IS 'The id of the artist, such as ARJIE2Y1187B994AB7.';

COMMENT ON COLUMN "sparkify"."current_songs"."artist_name" IS 'The artist''s name on this song; may add guests.';

COMMENT ON COLUMN "sparkify"."current_songs"."artist_location" IS 'Where the artist is from, in words.';

COMMENT ON COLUMN "sparkify"."current_songs"."artist_latitude" IS 'The latitude of where the artist is from, in degrees.';

COMMENT ON COLUMN "sparkify"."current_songs"."artist_longitude" IS 'The longitude of where the artist is from, in degrees.';

COMMENT ON COLUMN "sparkify"."current_songs"."year" IS 'The year of release; 0 if it is not known.';

COMMENT ON COLUMN "sparkify"."current_songs"."duration" IS 'The length of the song, in seconds.';

COMMENT ON TABLE "sparkify"."artists" IS 'The artists of the catalogue''s songs.';

COMMENT ON COLUMN "sparkify"."artists"."artist_id" IS 'The id of the artist, such as ARJIE2Y1187B994AB7.';

COMMENT ON COLUMN "sparkify"."artists"."name" IS 'The plainest name of the artist on any of the songs.';

COMMENT ON COLUMN "sparkify"."artists"."location" IS 'Where the artist is from, in words.';

COMMENT ON COLUMN "sparkify"."artists"."latitude" IS 'The latitude of where the artist is from, in degrees.';

COMMENT ON COLUMN "sparkify"."artists"."longitude" IS 'The longitude of where the artist is from, in degrees.';

COMMENT ON TABLE "sparkify"."songplays" IS 'The plays of songs, one row for each. A play has a song if title, artist and length are those of one in the catalogue.';

COMMENT ON COLUMN "sparkify"."songplays"."songplay_id" IS 'The play, with the id of its event.';

COMMENT ON COLUMN "sparkify"."songplays"."start_time" IS 'When the song was started, in UTC: a row of time.';

COMMENT ON COLUMN "sparkify"."songplays"."user_id" IS 'Who played it, a row of users; NULL without a login.';

COMMENT ON COLUMN "sparkify"."songplays"."level" IS 'The user''s plan at the time of the play: free or paid.';

COMMENT ON COLUMN "sparkify"."songplays"."song_id" IS 'The song, a row of songs; NULL if none in the catalogue matches.';

COMMENT ON COLUMN "sparkify"."songplays"."artist_id" IS 'The song''s artist, a row of artists; NULL if the song is.';

COMMENT ON COLUMN "sparkify"."songplays"."session_id" IS 'The number of the session. Several users may have the same one.';

COMMENT ON COLUMN "sparkify"."songplays"."location" IS 'Where the user was: city and state.';

COMMENT ON COLUMN "sparkify"."songplays"."user_agent" IS 'The browser, as it names itself.';

COMMENT ON TABLE "sparkify"."songs" IS 'The songs of the catalogue.';

COMMENT ON COLUMN "sparkify"."songs"."song_id" IS 'The id of the song, such as SOUPIRU12A6D4FA1E1.';

COMMENT ON COLUMN "sparkify"."songs"."title" IS 'The title of the song.';

COMMENT ON COLUMN "sparkify"."songs"."artist_id" IS 'The artist, a row of artists.';

COMMENT ON COLUMN "sparkify"."songs"."year" IS 'The year of release; 0 if it is not known.';

COMMENT ON COLUMN "sparkify"."songs"."duration" IS 'The length of the song, in seconds.';

COMMENT ON TABLE "sparkify"."time" IS 'The times at which songs were started, with their parts.';

COMMENT ON COLUMN "sparkify"."time"."start_time" IS 'When songs were started, in UTC.';

COMMENT ON COLUMN "sparkify"."time"."hour" IS 'The hour of the day, 0 to 23.';

COMMENT ON COLUMN "sparkify"."time"."day" IS 'The day of the month, 1 to 31.';

COMMENT ON COLUMN "sparkify"."time"."week" IS 'The ISO 8601 week of the year, 1 to 53.';

COMMENT ON COLUMN "sparkify"."time"."month" IS 'The month, 1 to 12.';

COMMENT ON COLUMN "sparkify"."time"."year" IS 'The year of the date, which may not be that of the ISO week.';
