-- How many plays did women and men make?
SELECT u.gender, COUNT(*) AS plays
FROM songplays p
JOIN users u ON u.user_id = p.user_id
GROUP BY u.gender
ORDER BY plays DESC, u.gender
