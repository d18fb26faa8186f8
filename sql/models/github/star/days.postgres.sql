CREATE INDEX ON days (day)
