CREATE INDEX ON actors (actor_id)
