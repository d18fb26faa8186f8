-- The newest entry of every file, and how many of its versions are in staging, without those that were set aside and
-- those that were loaded before a refresh from whole folders, which empties staging. How many such versions of any file
-- have the content of the newest. What became of its keys. Also the newest stamp of the ledger, to the microsecond. What was
-- undone does not count: each content of a file whose newest entry was undone is a row of its own. So is each entry of somebody
-- who is forgotten (`status` is forget).
SELECT
  staging_table,
  uri,
  version,
  size_bytes,
  records,
  rejected,
  status,
  versions,
  CAST((SELECT MAX(loaded_at) FROM load_ledger) AS VARCHAR(32)) AS newest_stamp,
  copies,
  keys_met,
  keys_loaded,
  keys_rescued,
  keys_ignored,
  keys_unknown,
  keys_model
FROM (
  SELECT
    staging_table,
    uri,
    version,
    size_bytes,
    records,
    rejected,
    status,
    keys_met,
    keys_loaded,
    keys_rescued,
    keys_ignored,
    keys_unknown,
    keys_model,
    ROW_NUMBER() OVER (
      PARTITION BY staging_table, uri, CASE WHEN status = 'undone' THEN 1 ELSE 0 END ORDER BY loaded_at DESC
    ) AS version_rank,
    ROW_NUMBER() OVER (PARTITION BY staging_table, uri, size_bytes, version ORDER BY loaded_at DESC) AS content_rank,
    SUM(stands) OVER (PARTITION BY staging_table, uri) AS versions,
    SUM(stands) OVER (PARTITION BY staging_table, size_bytes, version) AS copies
  FROM (
    SELECT
      load_ledger.*,
      CASE WHEN status = 'loaded' AND loaded_at >= COALESCE(
        (SELECT MAX(loaded_at) FROM load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
      ) THEN 1 ELSE 0 END AS stands
    FROM load_ledger
    WHERE status <> 'forgotten'
  ) entries
) ranked
WHERE (status IN ('undone', 'forget') AND content_rank = 1) OR (status <> 'undone' AND version_rank = 1)
