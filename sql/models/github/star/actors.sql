-- One row for each account that caused an event. People, and apps that are called bots. The row comes from the account's
-- latest event, so it has the newest name.
-- key: actor_id
-- affected by: current_github_events as actor_id
CREATE TABLE actors (
  actor_id BIGINT NOT NULL, -- The account's number.
  login VARCHAR(256), -- Its newest name.
  display_login VARCHAR(256), -- The name as GitHub shows it.
  is_bot BOOLEAN NOT NULL, -- Whether it is an app, whose name ends in [bot].
  last_event_at TIMESTAMP NOT NULL -- When its latest event happened, UTC.
);

-- The event with the largest number is the latest of a second.
SELECT
  actor_id, actor_login AS login, actor_display_login AS display_login,
  CASE WHEN actor_login LIKE '%[bot]' THEN TRUE ELSE FALSE END AS is_bot, created_at AS last_event_at
FROM (
  SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.actor_id ORDER BY e.event_id DESC) AS recency_rank
  FROM current_github_events e
  JOIN (
    SELECT actor_id, MAX(created_at) AS created_at
    FROM current_github_events
    WHERE {affected}
    GROUP BY actor_id
  ) latest ON latest.actor_id = e.actor_id AND latest.created_at = e.created_at
) events
WHERE recency_rank = 1
