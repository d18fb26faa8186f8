-- How many users end up free, how many paying?
SELECT level, COUNT(*) AS users
FROM users
GROUP BY level
ORDER BY users DESC, level
