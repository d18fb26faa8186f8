-- A run finds its events by their ids, the plays that a song could match, and the latest events of its users.
CREATE INDEX ON current_events (event_id);
CREATE INDEX ON current_events (song) WHERE page = 'NextSong';
CREATE INDEX ON current_events (user_id, ts)
