-- In which organizations does most happen?
SELECT o.login, COUNT(*) AS events, COUNT(DISTINCT a.repo_id) AS repos, COUNT(DISTINCT a.actor_id) AS actors
FROM activity a
JOIN orgs o ON o.org_id = a.org_id
GROUP BY o.org_id, o.login
ORDER BY events DESC, o.login
LIMIT 10
