-- Distributed by the key by which runs delete and join.
DISTKEY (event_id)
SORTKEY (created_at)
