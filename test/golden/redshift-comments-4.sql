SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

LOCK "sparkify"."load_run";

COMMENT ON COLUMN "sparkify"."time"."weekday" IS 'The day of the week: 0 is Sunday, 6 is Saturday.';

COMMENT ON TABLE "sparkify"."users" IS 'The users who have been logged in, as their latest event shows them.';

COMMENT ON COLUMN "sparkify"."users"."user_id" IS 'The id of the user.';

COMMENT ON COLUMN "sparkify"."users"."first_name" IS 'The first name in the user''s latest event.';

COMMENT ON COLUMN "sparkify"."users"."last_name" IS 'The last name in the user''s latest event.';

COMMENT ON COLUMN "sparkify"."users"."gender" IS 'The gender in the user''s latest event: F or M.';

COMMENT ON COLUMN "sparkify"."users"."level" IS 'The plan in the user''s latest event: free or paid.';
