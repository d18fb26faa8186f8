-- What the ledger says of the keys of files no longer holds once the columns of their table take other keys: it is as if nobody
-- had counted them. That the column rescued was filled remains true.
UPDATE load_ledger SET
  keys_met = NULL,
  keys_loaded = NULL,
  keys_ignored = NULL,
  keys_unknown = NULL,
  unknown_keys = NULL,
  keys_model = NULL,
  missing_columns = NULL
WHERE {base}
