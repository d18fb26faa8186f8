-- Files that were only moved, and whose content was undone and is not in staging any more, under no name. A refresh from whole
-- folders has removed what was there before it.
UPDATE load_ledger SET status = 'undone'
WHERE status = 'moved'
  AND staging_table || ' ' || CAST(size_bytes AS VARCHAR(20)) || ' ' || version IN (
    SELECT staging_table || ' ' || CAST(size_bytes AS VARCHAR(20)) || ' ' || version
    FROM (
      SELECT
        staging_table,
        size_bytes,
        version,
        CASE WHEN status = 'undone' THEN 1 ELSE 0 END AS is_undone,
        CASE WHEN status = 'loaded' AND loaded_at >= COALESCE(
          (SELECT MAX(loaded_at) FROM load_ledger WHERE version LIKE 'listing:%'), TIMESTAMP '1970-01-01 00:00:00'
        ) THEN 1 ELSE 0 END AS stands
      FROM load_ledger
    ) entries
    GROUP BY staging_table, size_bytes, version
    HAVING SUM(is_undone) > 0 AND SUM(stands) = 0
  )
