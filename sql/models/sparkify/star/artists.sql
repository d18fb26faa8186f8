-- key: artist_id
CREATE TABLE artists (
  artist_id VARCHAR(256) NOT NULL,
  name VARCHAR(1024),
  location VARCHAR(1024),
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION
);

-- Takes one whole row from an artist's songs: the one with the shortest name (the plain one, without "feat."), then one with
-- a place, then the smallest song_id. The time at which a song arrived does not matter.
SELECT artist_id, artist_name AS name, artist_location AS location, artist_latitude AS latitude, artist_longitude AS longitude
FROM (
  SELECT
    s.*,
    ROW_NUMBER() OVER (
      PARTITION BY artist_id
      ORDER BY
        CASE WHEN COALESCE(RTRIM(artist_name, ' '), '') = '' THEN 1 ELSE 0 END,
        LENGTH(RTRIM(artist_name, ' ')),
        CASE WHEN artist_latitude IS NULL THEN 1 ELSE 0 END,
        CASE WHEN COALESCE(RTRIM(artist_location, ' '), '') = '' THEN 1 ELSE 0 END,
        song_id
    ) AS spelling_rank
  FROM current_songs s
  WHERE {affected}
) spellings
WHERE spelling_rank = 1
