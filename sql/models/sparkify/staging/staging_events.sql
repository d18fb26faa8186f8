-- source: LOG_DATA
-- key: ts, sessionid, iteminsession, userid
-- sample: userid
CREATE TABLE staging_events (
  artist VARCHAR(1024),
  auth VARCHAR(256),
  firstname VARCHAR(256),
  gender VARCHAR(256),
  iteminsession BIGINT NOT NULL,
  lastname VARCHAR(256),
  length DOUBLE PRECISION,
  level VARCHAR(256),
  location VARCHAR(1024),
  method VARCHAR(256),
  page VARCHAR(256) NOT NULL,
  registration DOUBLE PRECISION,
  sessionid BIGINT NOT NULL,
  song VARCHAR(1024),
  status BIGINT,
  ts BIGINT NOT NULL, -- from -62135596800000 to 253402300799999
  useragent VARCHAR(1024),
  userid BIGINT
)
