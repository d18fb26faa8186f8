-- Small, so every node has all of it.
DISTSTYLE ALL
SORTKEY (org_id)
