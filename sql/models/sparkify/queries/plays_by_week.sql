-- How many plays fall in each ISO week?
SELECT t.week, COUNT(*) AS plays
FROM songplays p
JOIN time t ON t.start_time = p.start_time
GROUP BY t.week
ORDER BY t.week
