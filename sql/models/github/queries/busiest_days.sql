-- Which days are the busiest?
SELECT day, events, actors, repos
FROM days
ORDER BY events DESC, day
LIMIT 10
