-- It grows like the fact table, so it is distributed like it instead of copied to every node.
DISTKEY (start_time)
SORTKEY (start_time)
