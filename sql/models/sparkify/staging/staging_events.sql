-- What users did in the app: every event of the log files, in every version that was ever loaded.
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
  artist VARCHAR(1024), -- The artist of the song played, as the app shows it.
  auth VARCHAR(256), -- Whether the user was logged in: Logged In, Logged Out, Guest or Cancelled.
  firstname VARCHAR(256), -- The user's first name at the time of the event.
  gender VARCHAR(256), -- The user's gender: F or M.
  iteminsession BIGINT NOT NULL, -- The number of the event within its session, from 0.
  lastname VARCHAR(256), -- The user's last name at the time of the event.
  length DOUBLE PRECISION, -- The length of the song played, in seconds.
  level VARCHAR(256), -- The user's plan at the time of the event: free or paid.
  location VARCHAR(1024), -- Where the user was: city and state.
  method VARCHAR(256), -- The HTTP method of the request.
  page VARCHAR(256) NOT NULL, -- The page that was opened. NextSong is the play of a song.
  registration DOUBLE PRECISION, -- When the user signed up, in milliseconds since 1970 (UTC).
  sessionid BIGINT NOT NULL, -- The number of the session. Several users may have the same one.
  song VARCHAR(1024), -- The title of the song played.
  status BIGINT, -- The HTTP status of the answer.
  ts BIGINT NOT NULL, -- from -62135596800000 to 253402300799999. When it happened, in milliseconds since 1970 (UTC).
  useragent VARCHAR(1024), -- The browser, as it names itself.
  userid BIGINT -- The id of the user; NULL without a login.
)
