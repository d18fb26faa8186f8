CREATE INDEX ON load_history (run_id)
