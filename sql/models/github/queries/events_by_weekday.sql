-- How many events does a day of the week have (0 is Sunday)?
SELECT weekday, COUNT(*) AS days, SUM(events) AS events, MAX(events) AS busiest
FROM days
GROUP BY weekday
ORDER BY weekday
