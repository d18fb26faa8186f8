-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
-- source: LOG_DATA
CREATE TABLE staging_events (
  artist VARCHAR(1024) COLLATE "C",
  auth VARCHAR(256) COLLATE "C",
  firstname VARCHAR(256) COLLATE "C",
  gender VARCHAR(256) COLLATE "C",
  iteminsession BIGINT NOT NULL,
  lastname VARCHAR(256) COLLATE "C",
  length DOUBLE PRECISION,
  level VARCHAR(256) COLLATE "C",
  location VARCHAR(1024) COLLATE "C",
  method VARCHAR(256) COLLATE "C",
  page VARCHAR(256) COLLATE "C" NOT NULL,
  registration DOUBLE PRECISION,
  sessionid BIGINT NOT NULL,
  song VARCHAR(1024) COLLATE "C",
  status BIGINT,
  ts BIGINT NOT NULL, -- from -62135596800000 to 253402300799999
  useragent VARCHAR(1024) COLLATE "C",
  userid BIGINT,
  loaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE INDEX ON staging_events (loaded_at);
