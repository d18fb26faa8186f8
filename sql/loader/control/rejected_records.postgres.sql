CREATE INDEX ON rejected_records (loaded_at)
