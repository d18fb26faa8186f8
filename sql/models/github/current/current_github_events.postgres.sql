-- A run finds its events by their ids, and the latest events of its actors, repositories and organizations.
CREATE INDEX ON current_github_events (event_id);
CREATE INDEX ON current_github_events (actor_id, created_at);
CREATE INDEX ON current_github_events (repo_id, created_at);
CREATE INDEX ON current_github_events (org_id, created_at)
