-- What the user may do in the schema and the database.
SELECT
  has_schema_privilege({schema}, 'USAGE') AS usage_of_schema,
  has_schema_privilege({schema}, 'CREATE') AS create_in_schema,
  has_database_privilege(current_database(), 'TEMP') AS temp_in_database
