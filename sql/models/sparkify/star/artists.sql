-- The artists of the catalogue's songs.
-- key: artist_id
CREATE TABLE artists (
  artist_id VARCHAR(256) NOT NULL, -- The id of the artist, such as ARJIE2Y1187B994AB7.
  name VARCHAR(1024), -- The plainest name of the artist on any of the songs.
  location VARCHAR(1024), -- Where the artist is from, in words.
  latitude DOUBLE PRECISION, -- The latitude of where the artist is from, in degrees.
  longitude DOUBLE PRECISION -- The longitude of where the artist is from, in degrees.
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
