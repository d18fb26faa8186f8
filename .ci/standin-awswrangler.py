"""Tests the stand-in with a third-party client: awswrangler's data_api.redshift, which analysts use. It reads the star
that the built command line has loaded. Needs the environment of .ci/with-standin, with a sample (STANDIN_LOAD)."""
import os
import subprocess

import awswrangler as wr
import boto3

CONFIG = os.path.join(os.environ["STANDIN_DIR"], "dwh.cfg")


def starload(*args):
    subprocess.run(["node", "dist/main.js", *args, "--config", CONFIG], check=True, stdout=subprocess.DEVNULL)


starload("create-tables")
starload("etl")

session = boto3.Session(region_name=os.environ["AWS_REGION"])
connection = wr.data_api.redshift.connect(cluster_id="dwh", database="dev", db_user="awsuser", boto3_session=session)
read = lambda sql: wr.data_api.redshift.read_sql_query(sql, con=connection)

tables = ("songplays", "users", "songs", "artists", "time")
sizes = {table: len(read(f"SELECT * FROM {table}")) for table in tables}
assert all(sizes.values()), sizes
plays = read("SELECT songplay_id, start_time, user_id, level, song_id, artist_id, session_id, location, user_agent FROM songplays")
assert plays["songplay_id"].is_unique and len(plays) == sizes["songplays"], plays
assert str(plays["start_time"].iloc[0]).startswith("2018-"), plays["start_time"].iloc[0]
assert plays["user_id"].map(lambda value: isinstance(value, int) or float(value).is_integer()).all(), plays["user_id"]
by_level = read("SELECT level, COUNT(*) AS plays FROM songplays GROUP BY level ORDER BY level")
assert list(by_level.columns) == ["level", "plays"] and by_level["plays"].sum() == sizes["songplays"], by_level
joined = read("SELECT s.title, COUNT(*) AS plays FROM songplays p JOIN songs s ON s.song_id = p.song_id GROUP BY s.title")
assert joined["plays"].sum() == plays["song_id"].notna().sum(), joined
try:
    read("SELECT missing FROM songplays")
except Exception as error:
    assert "missing" in str(error), error
else:
    raise AssertionError("a statement that fails was read")
print("awswrangler reads the star:", ", ".join(f"{table} {rows}" for table, rows in sizes.items()))
