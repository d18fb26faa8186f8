CREATE INDEX ON orgs (org_id)
