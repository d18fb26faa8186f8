-- One row per file that was loaded, run by run, before create-tables dropped the ledger. etl --replay repeats these runs
-- in their order: by generation, one for each create-tables, then by stamp. create-tables adds to it and never drops it. The
-- generation 0 has the files of runs that were undone: they are not repeated, and etl does not load them unless it is told. The generation
-- -1 has the entries of people who are forgotten.
-- kept: yes
CREATE TABLE load_history (
  run_id VARCHAR(64) NOT NULL,
  staging_table VARCHAR(127) NOT NULL,
  uri VARCHAR(4096) NOT NULL,
  version VARCHAR(256) NOT NULL,
  size_bytes BIGINT NOT NULL,
  loaded_at TIMESTAMP NOT NULL,
  generation BIGINT NOT NULL
)
