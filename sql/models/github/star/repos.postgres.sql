CREATE INDEX ON repos (repo_id)
