-- The engine, the user, and whether the schema of the tables exists.
SELECT
  version() AS engine_version,
  current_user AS session_user_name,
  (SELECT COUNT(*) FROM pg_catalog.pg_namespace WHERE nspname = {schema}) AS schemas
