-- Which engine answers, to whom, and whether the schema of the tables is there. DuckDB tells no capitals in names.
SELECT
  version() AS engine_version,
  current_user AS session_user_name,
  (SELECT COUNT(*) FROM information_schema.schemata WHERE lower(schema_name) = lower({schema})) AS schemas
