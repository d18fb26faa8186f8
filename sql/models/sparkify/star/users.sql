-- key: user_id
CREATE TABLE users (
  user_id BIGINT NOT NULL,
  first_name VARCHAR(256),
  last_name VARCHAR(256),
  gender VARCHAR(256),
  level VARCHAR(256)
)
