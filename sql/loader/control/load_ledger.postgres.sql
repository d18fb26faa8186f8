CREATE INDEX ON load_ledger USING hash (uri);
CREATE INDEX ON load_ledger (loaded_at)
