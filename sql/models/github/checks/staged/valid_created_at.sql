-- severity: error
-- created_at is a UTC time as GH Archive writes it, such as 2024-02-29T23:59:59Z, from 2008, when GitHub began, to 2099. So
-- every fourth year is a leap year.
SELECT
  'created_at ' || created_at || ' of event ' || CAST(id AS VARCHAR(20))
    || ' is not a time such as 2024-01-31T23:59:59Z between 2008 and 2099' AS offender,
  CAST('staging_github_events' AS VARCHAR(127)) AS staging_table,
  CAST('created_at' AS VARCHAR(127)) AS staging_column,
  created_at AS staging_value
FROM staging_github_events
WHERE loaded_at >= {since} AND CASE
  WHEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(RTRIM(created_at, ' '),
    '1', '0'), '2', '0'), '3', '0'), '4', '0'), '5', '0'), '6', '0'), '7', '0'), '8', '0'), '9', '0')
    <> '0000-00-00T00:00:00Z' THEN TRUE
  WHEN LEFT(created_at, 4) < '2008' OR LEFT(created_at, 4) > '2099' THEN TRUE
  WHEN RIGHT(LEFT(created_at, 7), 2) < '01' OR RIGHT(LEFT(created_at, 7), 2) > '12' THEN TRUE
  WHEN RIGHT(LEFT(created_at, 10), 2) < '01' OR RIGHT(LEFT(created_at, 10), 2) > CASE
    WHEN RIGHT(LEFT(created_at, 7), 2) IN ('04', '06', '09', '11') THEN '30'
    WHEN RIGHT(LEFT(created_at, 7), 2) <> '02' THEN '31'
    WHEN MOD(CAST(LEFT(created_at, 4) AS INTEGER), 4) = 0 THEN '29'
    ELSE '28'
  END THEN TRUE
  WHEN RIGHT(LEFT(created_at, 13), 2) > '23' OR RIGHT(LEFT(created_at, 16), 2) > '59' OR RIGHT(LEFT(created_at, 19), 2) > '59'
    THEN TRUE
  ELSE FALSE
END
