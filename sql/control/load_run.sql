-- One row: when the newest writing transaction began. Every such transaction updates it first, so that of two that
-- overlap one waits or fails; no command reads it, so that none ever waits for a load.
CREATE TABLE load_run (
  stamp TIMESTAMP NOT NULL,
  previous_stamp TIMESTAMP NOT NULL
)
