-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
CREATE TABLE rejected_records (
  run_id VARCHAR(64) COLLATE "C" NOT NULL,
  staging_table VARCHAR(127) COLLATE "C" NOT NULL,
  uri VARCHAR(4096) COLLATE "C" NOT NULL,
  version VARCHAR(256) COLLATE "C" NOT NULL,
  line BIGINT,
  column_name VARCHAR(127) COLLATE "C",
  reason VARCHAR(1024) COLLATE "C" NOT NULL,
  excerpt VARCHAR(1024) COLLATE "C",
  loaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE INDEX ON rejected_records (loaded_at);
