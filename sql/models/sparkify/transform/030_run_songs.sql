-- The run's songs, one row per song_id, selected in the same way as the run's events.
CREATE TEMP TABLE run_songs AS
SELECT
  RTRIM(song_id, ' ') AS song_id,
  title,
  RTRIM(artist_id, ' ') AS artist_id,
  artist_name,
  artist_location,
  artist_latitude,
  artist_longitude,
  year,
  duration
FROM (
  SELECT
    s.*,
    ROW_NUMBER() OVER (
      PARTITION BY RTRIM(song_id, ' ')
      ORDER BY
        loaded_at DESC,
        MD5(CAST(LENGTH(artist_id) AS VARCHAR(20)) || ':' || artist_id
          || COALESCE(CAST(LENGTH(title) AS VARCHAR(20)) || ':' || title, '-')
          || COALESCE(CAST(LENGTH(artist_name) AS VARCHAR(20)) || ':' || artist_name, '-')
          || COALESCE(CAST(LENGTH(artist_location) AS VARCHAR(20)) || ':' || artist_location, '-')),
        duration NULLS LAST,
        year NULLS LAST,
        artist_latitude NULLS LAST,
        artist_longitude NULLS LAST
    ) AS version_rank
  FROM staging_songs s
  WHERE loaded_at >= {since}
) versions
WHERE version_rank = 1
