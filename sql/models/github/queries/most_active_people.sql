-- Who is most active, bots aside?
SELECT p.login, COUNT(*) AS events, COUNT(DISTINCT a.repo_id) AS repos
FROM activity a
JOIN actors p ON p.actor_id = a.actor_id
WHERE NOT p.is_bot
GROUP BY p.actor_id, p.login
ORDER BY events DESC, p.login
LIMIT 10
