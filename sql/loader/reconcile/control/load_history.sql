-- next: Somebody changed load_history by hand. npm run query -- --write "DELETE FROM load_history" empties it: a restore then loads all files in one run.
-- Every row of the history must have the id of a run, and a run must belong to one generation, apart from what was undone.
SELECT 'no run has the id ' || run_id AS offender
FROM load_history
WHERE run_id NOT LIKE '________T______Z-________________%'
GROUP BY run_id
UNION ALL
SELECT 'the run ' || run_id || ' is of ' || CAST(COUNT(DISTINCT generation) AS VARCHAR(20)) || ' generations'
FROM load_history
WHERE generation > 0
GROUP BY run_id
HAVING COUNT(DISTINCT generation) > 1
