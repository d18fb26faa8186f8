-- One row for each repository in which something happened. The row comes from the repository's latest event, so it has the
-- newest name and owner.
-- key: repo_id
-- affected by: current_github_events as repo_id
CREATE TABLE repos (
  repo_id BIGINT NOT NULL, -- The repository's number.
  name VARCHAR(512), -- Its newest owner and name, such as octocat/hello-world.
  owner VARCHAR(512), -- The part of the name before the slash.
  org_id BIGINT, -- The organization that owns it, which joins orgs. NULL if a person does.
  last_event_at TIMESTAMP NOT NULL -- When its latest event happened, UTC.
);

-- The event with the largest number is the latest of a second.
SELECT
  repo_id, repo_name AS name, NULLIF(LEFT(repo_name, GREATEST(STRPOS(repo_name, '/') - 1, 0)), '') AS owner, org_id,
  created_at AS last_event_at
FROM (
  SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.repo_id ORDER BY e.event_id DESC) AS recency_rank
  FROM current_github_events e
  JOIN (
    SELECT repo_id, MAX(created_at) AS created_at
    FROM current_github_events
    WHERE {affected}
    GROUP BY repo_id
  ) latest ON latest.repo_id = e.repo_id AND latest.created_at = e.created_at
) events
WHERE recency_rank = 1
