-- Which hours of the day (UTC) are the busiest?
SELECT EXTRACT(HOUR FROM created_at) AS hour, COUNT(*) AS events
FROM activity
GROUP BY EXTRACT(HOUR FROM created_at)
ORDER BY events DESC, hour
