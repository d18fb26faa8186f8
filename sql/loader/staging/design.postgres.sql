-- Runs read their own rows only.
CREATE INDEX ON {table} (loaded_at)
