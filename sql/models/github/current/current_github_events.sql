-- The events, each in the version that counts. Internal, the star is made of them.
-- of: staging_github_events
-- key: event_id
-- time: event_id
CREATE TABLE current_github_events (
  event_id BIGINT NOT NULL, -- The event's number.
  created_at TIMESTAMP NOT NULL, -- When it happened, in UTC.
  day DATE NOT NULL, -- The day on which it happened, in UTC.
  type VARCHAR(64) NOT NULL, -- What happened, such as PushEvent.
  action VARCHAR(64), -- What happened in detail, such as opened or closed. Some types have none.
  actor_id BIGINT NOT NULL, -- The account that caused the event. It stays the same when the account is renamed.
  actor_login VARCHAR(256), -- The account's name at that time.
  actor_display_login VARCHAR(256), -- The name as GitHub shows it, without the [bot] of an app.
  repo_id BIGINT NOT NULL, -- The repository. It stays the same when the repository is renamed or moved.
  repo_name VARCHAR(512), -- The repository's owner and name at that time, such as octocat/hello-world.
  org_id BIGINT, -- The organization that owned the repository, if one did.
  org_login VARCHAR(256) -- The organization's name at that time.
);

-- created_at is staged as text: Redshift's COPY takes times with T and Z only if it may guess the format of every time.
-- checks/staged/valid_created_at.sql refuses what is no time, so these casts cannot fail.
SELECT
  id AS event_id,
  CAST(LEFT(created_at, 10) || ' ' || RIGHT(LEFT(created_at, 19), 8) AS TIMESTAMP) AS created_at,
  CAST(LEFT(created_at, 10) AS DATE) AS day,
  RTRIM(type, ' ') AS type,
  RTRIM(action, ' ') AS action,
  actor_id,
  RTRIM(actor_login, ' ') AS actor_login,
  RTRIM(actor_display_login, ' ') AS actor_display_login,
  repo_id,
  RTRIM(repo_name, ' ') AS repo_name,
  org_id,
  RTRIM(org_login, ' ') AS org_login
FROM staging_github_events
