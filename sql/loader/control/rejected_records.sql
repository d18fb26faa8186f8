-- One row per bad record that was kept out of staging, committed with its run. `line` is where the record begins. A row
-- without a line describes a problem of a whole file. `column_name` is NULL if the record is malformed.
CREATE TABLE rejected_records (
  run_id VARCHAR(64) NOT NULL,
  staging_table VARCHAR(127) NOT NULL,
  uri VARCHAR(4096) NOT NULL,
  version VARCHAR(256) NOT NULL,
  line BIGINT,
  column_name VARCHAR(127),
  reason VARCHAR(1024) NOT NULL,
  excerpt VARCHAR(1024),
  loaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)
