-- Sorted by its stamp: a run reads its own rows only.
DISTSTYLE AUTO
SORTKEY (loaded_at)
