-- Whether the database distinguishes case: case_sensitive or case_insensitive (Database Developer Guide, DB_COLLATION).
SELECT db_collation() AS database_collation
