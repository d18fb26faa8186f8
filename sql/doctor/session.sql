-- Which engine answers, to whom, and in which schema it finds and makes tables.
SELECT version() AS engine_version, current_user AS session_user_name, current_schema() AS schema_name
