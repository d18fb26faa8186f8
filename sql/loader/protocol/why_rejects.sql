-- Records that were kept out of staging tables, and of which what was kept holds some texts.
SELECT uri, line, reason, run_id
FROM rejected_records
WHERE staging_table IN ({tables}) AND {base}
ORDER BY loaded_at DESC, uri, line
LIMIT {most}
