-- One row for each event. What happened, when, by whom, and where.
-- key: event_id
-- time: created_at
-- affected by: current_github_events as event_id, created_at
CREATE TABLE activity (
  event_id BIGINT NOT NULL, -- The event's number.
  created_at TIMESTAMP NOT NULL, -- When it happened, UTC.
  day DATE NOT NULL, -- The UTC day, which joins days.
  type VARCHAR(64) NOT NULL, -- What happened, such as PushEvent. A WatchEvent is a star.
  action VARCHAR(64), -- What happened in detail, such as opened or closed. Some types have none.
  actor_id BIGINT NOT NULL, -- Who did it, which joins actors.
  repo_id BIGINT NOT NULL, -- In which repository, which joins repos.
  org_id BIGINT -- The organization that owned the repository then, which joins orgs. NULL if none did.
);

SELECT event_id, created_at, day, type, action, actor_id, repo_id, org_id
FROM current_github_events
WHERE {affected}
