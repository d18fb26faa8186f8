-- How many issues and pull requests are opened, and how many are closed?
SELECT type, action, COUNT(*) AS events
FROM activity
WHERE type IN ('IssuesEvent', 'PullRequestEvent')
GROUP BY type, action
ORDER BY type, events DESC, action
