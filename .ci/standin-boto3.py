"""Tests the Redshift stand-in with a third-party client: boto3. Needs the environment that
`npm run redshift-local` writes. A statement, a batch, paging, an error, a cancel and a wait."""
import os
import time

import boto3

client = boto3.client("redshift-data", region_name=os.environ["AWS_REGION"], endpoint_url=os.environ["AWS_ENDPOINT_URL_REDSHIFT_DATA"])
s3 = boto3.client("s3", region_name=os.environ["AWS_REGION"], endpoint_url=os.environ["AWS_ENDPOINT_URL_S3"])
TARGET = {"ClusterIdentifier": "dwh", "Database": "dev", "DbUser": "awsuser"}
passed = 0


def check(name, condition, *told):
    global passed
    assert condition, (name, *told)
    passed += 1
    print(f"ok {name}")


def ended(statement_id):
    while True:
        described = client.describe_statement(Id=statement_id)
        if described["Status"] in ("FINISHED", "FAILED", "ABORTED"):
            return described
        time.sleep(0.05)


def rows(statement_id):
    page = client.get_statement_result(Id=statement_id)
    records, pages = list(page["Records"]), 1
    while page.get("NextToken"):
        page = client.get_statement_result(Id=statement_id, NextToken=page["NextToken"])
        records += page["Records"]
        pages += 1
    return records, pages


one = client.execute_statement(Sql="SELECT 1 AS one, 'x' AS text, CAST(NULL AS INTEGER) AS nothing", **TARGET)
described = ended(one["Id"])
check("a statement", described["Status"] == "FINISHED" and described["HasResultSet"], described)
records, _ = rows(one["Id"])
check("its row", records == [[{"longValue": 1}, {"stringValue": "x"}, {"isNull": True}]], records)
check("its times", one["CreatedAt"] is not None and described["UpdatedAt"] >= described["CreatedAt"], described)

batch = client.batch_execute_statement(
    Sqls=["CREATE TEMP TABLE n (i INTEGER)", "INSERT INTO n SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", "SELECT i FROM n ORDER BY i"], **TARGET
)
described = ended(batch["Id"])
check("a batch", [sub["Status"] for sub in described["SubStatements"]] == ["FINISHED"] * 3, described)
check("its last result", [row[0]["longValue"] for row in rows(f"{batch['Id']}:3")[0]] == [1, 2, 3])

digits = "SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5"
many = client.batch_execute_statement(
    Sqls=[f"CREATE TEMP TABLE d AS {digits}", "SELECT a.d FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f"], **TARGET
)
ended(many["Id"])
records, pages = rows(f"{many['Id']}:2")
check("paging", len(records) == 6**5 and pages > 1, len(records), pages)

wrong = client.execute_statement(Sql="SELECT * FROM nowhere", **TARGET)
described = ended(wrong["Id"])
check("an error", described["Status"] == "FAILED" and 'relation "nowhere" does not exist' in described["Error"], described)
try:
    client.describe_statement(Id="00000000-0000-4000-8000-000000000000")
    check("an unknown id", False)
except client.exceptions.ClientError as error:
    check("an unknown id", "does not exist" in str(error), error)

slow = client.batch_execute_statement(
    Sqls=[f"CREATE TEMP TABLE d AS {digits}", "SELECT COUNT(*) FROM " + " CROSS JOIN ".join(f"d t{i}" for i in range(14))], **TARGET
)
time.sleep(0.5)
check("a cancel", client.cancel_statement(Id=slow["Id"])["Status"] is True)
check("what it cancels", ended(slow["Id"])["Status"] == "ABORTED")

waiting = "WaitTimeSeconds" in client.meta.service_model.operation_model("DescribeStatement").input_shape.members
began = time.monotonic()
held = client.execute_statement(Sql="SELECT 1", **TARGET, **({"WaitTimeSeconds": 5} if waiting else {}))
check("a wait" if waiting else "a wait (this boto3 does not know WaitTimeSeconds: without it)", ended(held["Id"])["Status"] == "FINISHED" and time.monotonic() - began < 5)

s3.create_bucket(Bucket="boto3", CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_REGION"]})
s3.put_object(Bucket="boto3", Key="songs/ü a.json", Body=b'{"a": 1}')
check("an object", s3.get_object(Bucket="boto3", Key="songs/ü a.json")["Body"].read() == b'{"a": 1}')
check("a listing", [one["Key"] for one in s3.list_objects_v2(Bucket="boto3", Prefix="songs/")["Contents"]] == ["songs/ü a.json"])
print(f"{passed} passed, 0 failed")
