-- The whole row comes from the user's latest event by (ts, itemInSession); the session decides a tie of both.
INSERT INTO users (user_id, first_name, last_name, gender, level)
SELECT user_id, first_name, last_name, gender, level
FROM (
  SELECT
    e.*,
    ROW_NUMBER() OVER (PARTITION BY e.user_id ORDER BY e.item_in_session DESC, e.session_id DESC) AS recency_rank
  FROM current_events e
  JOIN (
    SELECT user_id, MAX(ts) AS ts
    FROM current_events
    WHERE logged_in AND user_id IN (SELECT user_id FROM run_events)
    GROUP BY user_id
  ) latest ON latest.user_id = e.user_id AND latest.ts = e.ts
  WHERE e.logged_in
) events
WHERE recency_rank = 1
