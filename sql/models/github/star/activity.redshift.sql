-- Distributed like repos, the largest table with which it is joined. Not by actor_id, because a few bots make a large share
-- of all events, and not by org_id, which is mostly NULL. Sorted by time, so the rows of a day lie together.
DISTKEY (repo_id)
SORTKEY (created_at)
