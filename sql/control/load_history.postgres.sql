-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
CREATE TABLE load_history (
  run_id VARCHAR(64) COLLATE "C" NOT NULL,
  staging_table VARCHAR(127) COLLATE "C" NOT NULL,
  uri VARCHAR(4096) COLLATE "C" NOT NULL,
  version VARCHAR(256) COLLATE "C" NOT NULL,
  size_bytes BIGINT NOT NULL,
  loaded_at TIMESTAMP NOT NULL,
  generation BIGINT NOT NULL
);
CREATE INDEX ON load_history (run_id);
