-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
CREATE TABLE load_ledger (
  run_id VARCHAR(64) COLLATE "C" NOT NULL,
  staging_table VARCHAR(127) COLLATE "C" NOT NULL,
  uri VARCHAR(4096) COLLATE "C" NOT NULL,
  version VARCHAR(256) COLLATE "C" NOT NULL,
  size_bytes BIGINT NOT NULL,
  records BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  status VARCHAR(16) COLLATE "C" NOT NULL,
  planned_stamp TIMESTAMP NOT NULL,
  loaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE INDEX ON load_ledger USING hash (uri);
CREATE INDEX ON load_ledger (loaded_at);
