-- One row per version of a file that was loaded, or set aside as a whole, committed with that file's rows. `records` counts
-- all records read; `rejected` of them were not staged. `status` is loaded, quarantined, moved (the file's content had been
-- loaded under another name, and was not loaded again), or undone: nothing of it is left, and etl does not load it again
-- unless it is told. Two statuses are no versions. forget: somebody whose records no load takes; `uri` names the columns that tell
-- whose a record is, `version` has a salt and the digest of their values. forgotten: `rejected` says how many records of a file, or of
-- files of the run, were left out or removed since for that reason. The columns about keys are NULL where nobody has
-- counted them: for such files, for whole folders, and for files that an earlier release loaded.
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
  source_file BIGINT, -- The number of the file in its run: the rows of its records have it. NULL if no record was read.
  -- How many keys of the records loaded were met: keys_loaded + keys_rescued + keys_ignored + keys_unknown.
  keys_met BIGINT,
  keys_loaded BIGINT, -- Those that columns take.
  keys_rescued BIGINT, -- Those that no column takes and that are kept in the column rescued.
  keys_ignored BIGINT, -- Those that the model leaves out on purpose.
  keys_unknown BIGINT, -- Those that no column takes. Their values are not loaded.
  -- The keys that no column takes, as JSON: how many there are at least, and the first, each with its records and first line.
  unknown_keys VARCHAR(4096),
  keys_model VARCHAR(32), -- A digest of the keys that the model took and ignored, and of whether others were kept.
  missing_columns VARCHAR(4096), -- The columns whose keys none of the records loaded has, separated by commas.
  loaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)
