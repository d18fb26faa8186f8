-- Text is compared by its bytes, like on the other engines, whatever the database's collation.
CREATE TABLE users (
  user_id BIGINT NOT NULL,
  first_name VARCHAR(256) COLLATE "C",
  last_name VARCHAR(256) COLLATE "C",
  gender VARCHAR(256) COLLATE "C",
  level VARCHAR(256) COLLATE "C"
);
CREATE INDEX ON users (user_id);
