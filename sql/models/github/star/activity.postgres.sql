CREATE INDEX ON activity (event_id);
CREATE INDEX ON activity (day);
CREATE INDEX ON activity (actor_id);
CREATE INDEX ON activity (repo_id);
CREATE INDEX ON activity (org_id)
