-- One row: when the newest writing transaction began. Every such transaction updates it first, so that if two overlap,
-- one waits or fails. Reading it waits for a load: migrate and forget do, check and reconcile read it if none is running, no other command.
CREATE TABLE load_run (
  stamp TIMESTAMP NOT NULL,
  previous_stamp TIMESTAMP NOT NULL
)
