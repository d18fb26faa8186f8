-- The users who have been logged in, as their latest event shows them.
-- key: user_id
-- affected by: current_events as user_id
CREATE TABLE users (
  user_id BIGINT NOT NULL, -- The id of the user.
  first_name VARCHAR(256), -- The first name in the user's latest event.
  last_name VARCHAR(256), -- The last name in the user's latest event.
  gender VARCHAR(256), -- The gender in the user's latest event: F or M.
  level VARCHAR(256) -- The plan in the user's latest event: free or paid.
);

-- The whole row comes from the user's latest event by (ts, itemInSession); the session decides a tie of both.
SELECT user_id, first_name, last_name, gender, level
FROM (
  SELECT
    e.*,
    ROW_NUMBER() OVER (PARTITION BY e.user_id ORDER BY e.item_in_session DESC, e.session_id DESC) AS recency_rank
  FROM current_events e
  JOIN (
    SELECT user_id, MAX(ts) AS ts
    FROM current_events
    WHERE logged_in AND {affected}
    GROUP BY user_id
  ) latest ON latest.user_id = e.user_id AND latest.ts = e.ts
  WHERE e.logged_in
) events
WHERE recency_rank = 1
