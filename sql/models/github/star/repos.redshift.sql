-- Distributed like activity, with which it is joined.
DISTKEY (repo_id)
SORTKEY (repo_id)
