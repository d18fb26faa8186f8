/** The example of docs/architecture.md: a dimension of the places plays come from. */
export const LOCATIONS = `-- key: location
CREATE TABLE locations (
  location VARCHAR(1024) NOT NULL,
  plays BIGINT NOT NULL
);

SELECT location, COUNT(*) AS plays
FROM (SELECT RTRIM(location, ' ') AS location FROM songplays) places
WHERE {affected}
GROUP BY location
`;
