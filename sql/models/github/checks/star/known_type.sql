-- severity: warning
-- The types that GitHub's documentation names.
SELECT
  'type "' || type || '" in ' || CAST(COUNT(*) AS VARCHAR(20)) || ' events' AS offender,
  CAST('staging_github_events' AS VARCHAR(127)) AS staging_table,
  CAST('type' AS VARCHAR(127)) AS staging_column,
  type AS staging_value
FROM run_current_github_events
WHERE type NOT IN (
  'CommitCommentEvent', 'CreateEvent', 'DeleteEvent', 'DiscussionEvent', 'ForkEvent', 'GollumEvent', 'IssueCommentEvent',
  'IssuesEvent', 'MemberEvent', 'PublicEvent', 'PullRequestEvent', 'PullRequestReviewCommentEvent', 'PullRequestReviewEvent',
  'PullRequestReviewThreadEvent', 'PushEvent', 'ReleaseEvent', 'SponsorshipEvent', 'WatchEvent'
)
GROUP BY type
