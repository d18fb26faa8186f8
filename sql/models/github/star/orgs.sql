-- One row for each organization whose repositories had an event. The row comes from its latest event, so it has the newest
-- name.
-- key: org_id
-- affected by: current_github_events as org_id
CREATE TABLE orgs (
  org_id BIGINT NOT NULL, -- The organization's number.
  login VARCHAR(256), -- Its newest name.
  last_event_at TIMESTAMP NOT NULL -- When its latest event happened, UTC.
);

-- The event with the largest number is the latest of a second.
SELECT org_id, org_login AS login, created_at AS last_event_at
FROM (
  SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.org_id ORDER BY e.event_id DESC) AS recency_rank
  FROM current_github_events e
  JOIN (
    SELECT org_id, MAX(created_at) AS created_at
    FROM current_github_events
    WHERE {affected}
    GROUP BY org_id
  ) latest ON latest.org_id = e.org_id AND latest.created_at = e.created_at
) events
WHERE recency_rank = 1
