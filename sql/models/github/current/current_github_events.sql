-- The events. Internal, the star is made of them.
-- of: staging_github_events
-- key: event_id
CREATE TABLE current_github_events (
  event_id BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  day DATE NOT NULL,
  type VARCHAR(64) NOT NULL,
  action VARCHAR(64),
  actor_id BIGINT NOT NULL,
  actor_login VARCHAR(256),
  actor_display_login VARCHAR(256),
  repo_id BIGINT NOT NULL,
  repo_name VARCHAR(512),
  org_id BIGINT,
  org_login VARCHAR(256)
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
