-- What happens on GitHub?
SELECT type, COUNT(*) AS events, COUNT(DISTINCT actor_id) AS actors, COUNT(DISTINCT repo_id) AS repos
FROM activity
GROUP BY type
ORDER BY events DESC, type
