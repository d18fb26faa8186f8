-- One row per version of a file that was loaded, committed with that file's rows.
CREATE TABLE load_ledger (
  run_id VARCHAR(64) NOT NULL,
  staging_table VARCHAR(127) NOT NULL,
  uri VARCHAR(4096) NOT NULL,
  version VARCHAR(256) NOT NULL,
  size_bytes BIGINT NOT NULL,
  records BIGINT NOT NULL,
  planned_stamp TIMESTAMP NOT NULL,
  loaded_at TIMESTAMP DEFAULT SYSDATE NOT NULL
)
DISTSTYLE AUTO
SORTKEY (loaded_at)
