-- GitHub's public events as GH Archive has them, one record for each event.
-- source: GITHUB_EVENTS
-- about: the hourly files of GitHub's public events
-- example: s3://my-bucket/github_events
-- ignore: payload, public
-- ignore: actor.gravatar_id, actor.url, actor.avatar_url, repo.url, org.gravatar_id, org.url, org.avatar_url
-- key: id
CREATE TABLE staging_github_events (
  id BIGINT NOT NULL, -- The event's number, which GitHub writes as text.
  type VARCHAR(64) NOT NULL, -- What happened, such as PushEvent.
  action VARCHAR(64), -- What happened in detail, such as opened or closed. Some types have none.
  actor_id BIGINT NOT NULL, -- The account that caused the event. It stays the same when the account is renamed.
  actor_login VARCHAR(256), -- The account's name at that time.
  actor_display_login VARCHAR(256), -- The name as GitHub shows it, without the [bot] of an app.
  repo_id BIGINT NOT NULL, -- The repository. It stays the same when the repository is renamed or moved.
  repo_name VARCHAR(512), -- The repository's owner and name at that time, such as octocat/hello-world.
  org_id BIGINT, -- The organization that owned the repository, if one did.
  org_login VARCHAR(256), -- The organization's name at that time.
  created_at VARCHAR(64) NOT NULL -- When it happened, as GitHub writes it: 2026-11-26T12:00:00Z.
)
