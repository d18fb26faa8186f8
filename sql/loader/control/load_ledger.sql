-- One row per version of a file that was loaded, or set aside as a whole, committed with that file's rows. `records` counts
-- all records read; `rejected` of them were not staged. `status` is loaded, quarantined, or moved: the file's
-- content had been loaded under another name, and was not loaded again.
CREATE TABLE load_ledger (
  run_id VARCHAR(64) NOT NULL,
  staging_table VARCHAR(127) NOT NULL,
  uri VARCHAR(4096) NOT NULL,
  version VARCHAR(256) NOT NULL,
  size_bytes BIGINT NOT NULL,
  records BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  status VARCHAR(16) NOT NULL,
  planned_stamp TIMESTAMP NOT NULL,
  loaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)
