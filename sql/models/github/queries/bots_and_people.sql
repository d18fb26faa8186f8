-- How much of it do bots do?
SELECT CASE WHEN p.is_bot THEN 'bots' ELSE 'people' END AS who, COUNT(DISTINCT p.actor_id) AS actors, COUNT(*) AS events
FROM activity a
JOIN actors p ON p.actor_id = a.actor_id
GROUP BY CASE WHEN p.is_bot THEN 'bots' ELSE 'people' END
ORDER BY events DESC
