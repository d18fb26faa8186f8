-- How many plays did paying and free listeners make?
SELECT level, COUNT(*) AS plays
FROM songplays
GROUP BY level
ORDER BY plays DESC, level
