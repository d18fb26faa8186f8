SET timezone TO 'UTC';

SET statement_timeout TO 7200000;

SET search_path TO "pg_catalog";

LOCK "sparkify"."load_run";

COMMENT ON COLUMN "sparkify"."users"."gender" IS 'The gender in the user''s latest event: F or M.';

COMMENT ON COLUMN "sparkify"."users"."level" IS 'The plan in the user''s latest event: free or paid.';
