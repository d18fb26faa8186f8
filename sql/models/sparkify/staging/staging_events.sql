-- source: LOG_DATA
-- about: the event logs
-- example: s3://udacity-dend/log_data
-- also: s3_log_data, log_data_path
-- jsonpaths: LOG_JSONPATH
-- jsonpaths example: s3://udacity-dend/log_json_path.json
-- jsonpaths also: log_json_path, log_jsonpaths, log_json_paths, logs_jsonpath, s3_log_jsonpath
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
