DISTKEY (actor_id)
SORTKEY (actor_id)
