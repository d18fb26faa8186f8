-- Distributed like time, with which it is joined most. Never by song_id or artist_id, which are mostly NULL: one slice
-- would hold them all. No keys are declared: Redshift does not enforce them, and its planner trusts them.
DISTKEY (start_time)
SORTKEY (start_time)
