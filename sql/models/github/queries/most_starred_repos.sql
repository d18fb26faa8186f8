-- Which repositories get the most stars?
SELECT r.name, COUNT(DISTINCT a.actor_id) AS stars
FROM activity a
JOIN repos r ON r.repo_id = a.repo_id
WHERE a.type = 'WatchEvent'
GROUP BY r.repo_id, r.name
ORDER BY stars DESC, r.name
LIMIT 10
