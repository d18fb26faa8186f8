-- Where is most played?
SELECT location, COUNT(*) AS plays
FROM songplays
GROUP BY location
ORDER BY plays DESC, location
LIMIT 10
