-- next: They stay on purpose. Restore the file that held them, or empty the tables with npm run create-tables -- --force and load again.
-- Current events that no file contains any more: a newer version of their file left them out, or the file is gone.
SELECT 'event ' || CAST(event_id AS VARCHAR(20)) AS offender
FROM (
  SELECT event_id
  FROM current_github_events
  EXCEPT
  SELECT id
  FROM source_staging_github_events
) unheld
