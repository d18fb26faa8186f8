CREATE INDEX ON users (user_id)
