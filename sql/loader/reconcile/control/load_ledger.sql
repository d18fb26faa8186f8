-- next: Somebody changed the ledger by hand. npm run create-tables -- --force and npm run etl reload everything.
-- Every row of the ledger has one of six statuses and the id of a run. A run has one stamp, and a stamp one run. If a file
-- was set aside, all its records are rejected, and rejected_records says why. A reject belongs to the run of its file. Keys
-- that were met were loaded, rescued, ignored or unknown.
SELECT staging_table || ' ' || uri || ', the run of ' || CAST(loaded_at AS VARCHAR(32)) || ': ' || CASE
  WHEN status NOT IN ('loaded', 'quarantined', 'moved', 'undone', 'forget', 'forgotten') THEN 'the status is ' || status
  WHEN records < 0 OR rejected < 0 OR (status <> 'forgotten' AND rejected > records) THEN
    CAST(rejected AS VARCHAR(20)) || ' of ' || CAST(records AS VARCHAR(20)) || ' records are rejected'
  WHEN status = 'quarantined' AND rejected <> records THEN 'it is set aside, and not all of its records are rejected'
  WHEN keys_met <> keys_loaded + keys_rescued + keys_ignored + keys_unknown THEN
    CAST(keys_met AS VARCHAR(20)) || ' keys were met, but '
      || CAST(keys_loaded + keys_rescued + keys_ignored + keys_unknown AS VARCHAR(20))
      || ' were loaded, rescued, ignored or unknown'
  ELSE 'no run has the id ' || run_id END AS offender
FROM load_ledger
WHERE status NOT IN ('loaded', 'quarantined', 'moved', 'undone', 'forget', 'forgotten')
  OR records < 0
  OR rejected < 0
  OR (status <> 'forgotten' AND rejected > records)
  OR (status = 'quarantined' AND rejected <> records)
  OR keys_met <> keys_loaded + keys_rescued + keys_ignored + keys_unknown
  OR run_id NOT LIKE '________T______Z-________________%'
UNION ALL
SELECT 'the run of ' || CAST(loaded_at AS VARCHAR(32)) || ' has ' || CAST(COUNT(DISTINCT run_id) AS VARCHAR(20)) || ' ids'
FROM load_ledger
GROUP BY loaded_at
HAVING COUNT(DISTINCT run_id) > 1
UNION ALL
SELECT 'the run ' || run_id || ' has ' || CAST(COUNT(DISTINCT loaded_at) AS VARCHAR(20)) || ' stamps'
FROM load_ledger
GROUP BY run_id
HAVING COUNT(DISTINCT loaded_at) > 1
UNION ALL
SELECT aside.staging_table || ' ' || aside.uri || ', the run of ' || CAST(aside.loaded_at AS VARCHAR(32))
  || ': it is set aside, and rejected_records does not say why'
FROM load_ledger aside
LEFT JOIN (SELECT DISTINCT staging_table, uri, version, loaded_at FROM rejected_records) rejects
  ON rejects.staging_table = aside.staging_table AND rejects.uri = aside.uri
    AND rejects.version = aside.version AND rejects.loaded_at = aside.loaded_at
WHERE aside.status = 'quarantined' AND rejects.uri IS NULL
UNION ALL
SELECT DISTINCT rejects.staging_table || ' ' || rejects.uri || ', the run of ' || CAST(rejects.loaded_at AS VARCHAR(32))
  || ': its rejected_records are of the run ' || rejects.run_id
FROM rejected_records rejects
JOIN load_ledger entry
  ON entry.staging_table = rejects.staging_table AND entry.uri = rejects.uri
    AND entry.version = rejects.version AND entry.loaded_at = rejects.loaded_at
WHERE entry.run_id <> rejects.run_id
