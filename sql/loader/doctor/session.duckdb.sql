-- The engine, the user, and whether the schema of the tables exists. DuckDB ignores case in names.
SELECT
  version() AS engine_version,
  current_user AS session_user_name,
  (SELECT COUNT(*) FROM information_schema.schemata WHERE lower(schema_name) = lower({schema})) AS schemas
