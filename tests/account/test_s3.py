"""S3 of the account by boto3 and by Spark: what is there, what a role may read, what it may not."""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from account_support import MAIN, alive, wait_for
from boto3.s3.transfer import S3Transfer
from botocore.exceptions import ClientError
from s3_support import ACCOUNT_ID, allow, as_role, client, policy, refused, role
from test_emr import Livy, credentials_for


@pytest.fixture(scope="module")
def s3(account):
    return client(account, "s3")


@pytest.fixture(scope="module")
def bucket(account):
    return account.ready["buckets"]["data"]


def keys_below(s3, bucket, prefix):
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


def test_the_buckets_that_are_there(account, s3, bucket):
    assert {found["Name"] for found in s3.list_buckets()["Buckets"]} >= set(account.ready["buckets"].values())
    for producer in ("trades", "positions"):
        keys = keys_below(s3, bucket, f"{producer}/")
        assert len(keys) >= 3 and all(key.startswith(f"{producer}/date=20") for key in keys)
    body = s3.get_object(Bucket=bucket, Key=keys_below(s3, bucket, "trades/")[0])["Body"].read().decode()
    assert body.splitlines()[0] == "time,symbol,price,size" and len(body.splitlines()) == 601


def test_the_next_day_comes_when_it_is_asked_for(account, s3, bucket):
    before = keys_below(s3, bucket, "trades/")
    status, added = account.control("POST", "next-day")
    assert status == 200 and added["bucket"] == bucket
    after = keys_below(s3, bucket, "trades/")
    assert sorted(set(after) - set(before)) == [f"trades/date={added['date']}/trades.csv"]
    latest = max(before).split("=")[1].split("/")[0]
    assert datetime.date.fromisoformat(added["date"]) - datetime.date.fromisoformat(
        latest
    ) == datetime.timedelta(1)


@pytest.mark.parametrize("key", ["plain.txt", "with space/ü+%25&=?.txt", "a//b/../c"])
def test_any_key_goes_and_comes(account, s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=f"research/{key}", Body=b"content", Metadata={"made-by": "a test"})
    found = s3.get_object(Bucket=bucket, Key=f"research/{key}")
    assert found["Body"].read() == b"content" and found["Metadata"] == {"made-by": "a test"}
    assert f"research/{key}" in keys_below(s3, bucket, "research/")
    s3.delete_object(Bucket=bucket, Key=f"research/{key}")


def test_a_large_object_in_parts(account, s3, bucket, tmp_path):
    """Larger than the account takes of any other request: it is streamed."""
    path = tmp_path / "large"
    path.write_bytes(os.urandom(20_000_000))
    transfer = S3Transfer(s3)
    transfer.upload_file(str(path), bucket, "research/large")
    assert s3.head_object(Bucket=bucket, Key="research/large")["ContentLength"] == 20_000_000
    transfer.download_file(bucket, "research/large", str(tmp_path / "back"))
    digests = {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("large", "back")}
    assert len(digests) == 1
    part = s3.get_object(Bucket=bucket, Key="research/large", Range="bytes=10-19")["Body"].read()
    assert part == path.read_bytes()[10:20]


def test_a_role_reads_its_prefix_and_not_its_neighbours(account, bucket):
    analyst, engineer = (as_role(account, account.roles[name]) for name in ("analyst", "engineer"))
    user = client(account, "s3")
    (trades, *_), (positions, *_) = (keys_below(user, bucket, name) for name in ("trades/", "positions/"))
    assert analyst.get_object(Bucket=bucket, Key=trades)["Body"].read()
    assert keys_below(analyst, bucket, "trades/") and engineer.get_object(Bucket=bucket, Key=positions)
    with pytest.raises(ClientError) as error:
        analyst.get_object(Bucket=bucket, Key=positions)
    told = error.value.response
    assert told["Error"]["Code"] == "AccessDenied" and told["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert "emr-runtime-analyst" in told["Error"]["Message"] and "s3:GetObject" in told["Error"]["Message"]
    assert refused(analyst.list_objects_v2, Bucket=bucket, Prefix="positions/") == "AccessDenied"
    assert refused(analyst.list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert refused(analyst.list_buckets) == "AccessDenied"
    assert refused(analyst.put_object, Bucket=bucket, Key=trades, Body=b"") == "AccessDenied"
    analyst.put_object(Bucket=bucket, Key="research/analyst/mine", Body=b"mine")
    assert refused(analyst.put_object, Bucket=bucket, Key="research/other/x", Body=b"") == "AccessDenied"
    copy = {"Bucket": bucket, "Key": positions}
    assert (
        refused(analyst.copy_object, Bucket=bucket, Key="research/analyst/x", CopySource=copy)
        == "AccessDenied"
    )
    assert refused(analyst.get_object, Bucket=bucket, Key="trades/none") == "NoSuchKey"


def test_whoever_may_not_list_is_not_told_what_is_there(account, bucket):
    with role(
        account, "emr-pipeline-blind", policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    ) as arn:
        blind = as_role(account, arn)
        assert blind.get_object(Bucket=bucket, Key="reference/instruments.csv")["Body"].read()
        assert refused(blind.get_object, Bucket=bucket, Key="reference/none") == "AccessDenied"


def test_many_are_deleted_and_each_by_its_own_right(account, s3, bucket):
    analyst = as_role(account, account.roles["analyst"])
    for key in ("research/analyst/a&b", "research/analyst/c", "research/other/$&"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    names = [{"Key": key} for key in ("research/analyst/a&b", "research/analyst/c", "research/other/$&")]
    answer = analyst.delete_objects(Bucket=bucket, Delete={"Objects": names})
    assert {item["Key"] for item in answer["Deleted"]} == {"research/analyst/a&b", "research/analyst/c"}
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [
        ("research/other/$&", "AccessDenied")
    ]
    assert keys_below(s3, bucket, "research/other/$&") == ["research/other/$&"]
    only = analyst.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "research/other/$&"}]})
    assert "Deleted" not in only and len(only["Errors"]) == 1


def test_who_is_nobody_gets_nothing(account, bucket):
    env = account.ready["env"]
    wrong = account.client("s3", check=False, aws_secret_access_key="not-the-secret")
    assert refused(wrong.list_objects_v2, Bucket=bucket) == "SignatureDoesNotMatch"
    nobody = account.client("s3", check=False, aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
    assert refused(nobody.list_objects_v2, Bucket=bucket) == "InvalidAccessKeyId"
    stolen = account.client("s3", check=False, aws_session_token="of somebody else")
    assert refused(stolen.list_objects_v2, Bucket=bucket) == "InvalidToken"
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{env['AWS_ENDPOINT_URL']}/{bucket}/reference/instruments.csv")
    assert error.value.code in (400, 403)


def test_a_presigned_address(account, s3, bucket):
    where = {"Bucket": bucket, "Key": "reference/instruments.csv"}
    url = s3.generate_presigned_url("get_object", Params=where)
    assert urllib.request.urlopen(url).read().startswith(b"symbol,name")
    analyst = as_role(account, account.roles["analyst"])
    for refused_url in (
        url.replace("instruments", "others"),
        analyst.generate_presigned_url("get_object", Params={**where, "Key": "positions/x"}),
        s3.generate_presigned_url("get_object", Params=where, ExpiresIn=-1),
    ):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(refused_url)
        assert error.value.code == 403


def test_an_object_behind_a_key_needs_the_key(account, s3, bucket):
    key = client(account, "kms").create_key()["KeyMetadata"]
    mine = f"arn:aws:s3:::{bucket}/research/encrypted"
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["KeyId"]}
    s3.put_object(Bucket=bucket, Key="research/encrypted", Body=b"secret", **encrypted)
    data = allow(["s3:GetObject", "s3:PutObject"], mine)
    with role(account, "emr-pipeline-keyless", policy(data)) as arn:
        keyless = as_role(account, arn)
        with pytest.raises(ClientError, match="kms:Decrypt"):
            keyless.get_object(Bucket=bucket, Key="research/encrypted")
        with pytest.raises(ClientError, match="kms:GenerateDataKey"):
            keyless.put_object(Bucket=bucket, Key="research/encrypted", Body=b"", **encrypted)
    uses = allow(
        ["kms:Decrypt", "kms:GenerateDataKey"],
        key["Arn"],
        Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
    )
    with role(account, "emr-pipeline-key", policy(data, uses)) as arn:
        reader = as_role(account, arn)
        assert reader.get_object(Bucket=bucket, Key="research/encrypted")["Body"].read() == b"secret"
        reader.put_object(Bucket=bucket, Key="research/encrypted", Body=b"", **encrypted)
        kms = as_role(account, arn, "kms")
        assert refused(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x") == "AccessDeniedException"


def test_a_bucket_policy_with_a_condition(account, s3):
    s3.create_bucket(Bucket="with-a-policy")
    s3.put_object(Bucket="with-a-policy", Key="open/x", Body=b"x")
    s3.put_object(Bucket="with-a-policy", Key="closed/x", Body=b"x")
    analyst = f"arn:aws:iam::{ACCOUNT_ID}:role/emr-runtime-analyst"
    s3.put_bucket_policy(
        Bucket="with-a-policy",
        Policy=policy(
            {**allow("s3:GetObject", "arn:aws:s3:::with-a-policy/open/*"), "Principal": {"AWS": analyst}},
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::with-a-policy/*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ),
    )
    reader = as_role(account, account.roles["analyst"])
    assert reader.get_object(Bucket="with-a-policy", Key="open/x")["Body"].read() == b"x"
    assert refused(reader.get_object, Bucket="with-a-policy", Key="closed/x") == "AccessDenied"
    other = as_role(account, account.roles["engineer"])
    assert refused(other.get_object, Bucket="with-a-policy", Key="open/x") == "AccessDenied"


def test_moto_serves_the_account_only(account, s3):
    """Its port is open to every process of the machine: without the account's word it says nothing."""
    s3.list_buckets()
    listening = [port for port in ports_of(children(account.process.pid)) if port]
    assert listening
    for port in listening:
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/")
        assert error.value.code == 403


def test_no_moto_outlives_the_account(own_account):
    for end in ("stop", "kill"):
        running = own_account("--python", sys.executable)
        client(running, "s3").list_buckets()
        pids = [pid for pid in children(running.process.pid) if "launcher.py" in command(pid)]
        assert len(pids) == 1
        if end == "stop":
            assert running.stop() == 0
            assert not alive(pids[0])
        else:
            running.process.kill()
            running.process.wait()
            wait_for(lambda pids=pids: not alive(pids[0]), "end of moto")


def test_moto_that_is_not_there_is_told(own_account, tmp_path):
    """An interpreter without moto: the account runs, and S3 says what is missing."""
    bare = tmp_path / "bare"
    bare.write_text(
        f'#!/bin/sh\nexec {shutil.which("python3", path="/usr/bin:/bin") or sys.executable} -S "$@"\n'
    )
    bare.chmod(0o755)
    running = own_account("--python", str(bare))
    assert running.client("sts").get_caller_identity()["Account"] == ACCOUNT_ID
    with pytest.raises(ClientError, match="pip install"):
        client(running, "s3").list_buckets()


@pytest.mark.skipif(
    not (Path(sys.prefix) / "share" / "jupyterlab-emr-local" / "s3").is_dir(),
    reason="the jars with which Spark reads S3 could not be fetched",
)
def test_spark_reads_as_the_runtime_role(own_account):
    running = own_account("--python", sys.executable, livy=MAIN.parent / "livy.mjs")
    bucket, cluster_id = running.ready["buckets"]["data"], running.ready["otherCluster"]
    emr = running.client("emr")
    pair = credentials_for(running, emr, cluster_id, "analyst")
    livy = Livy(running, emr, cluster_id, pair)
    number = livy.ask("POST", body={"kind": "pyspark"})["id"]
    wait_for(lambda: livy.ask(path=f"/sessions/{number}")["state"] == "idle", "the session is idle", 120)

    def run(code: str) -> dict:
        statement = livy.ask("POST", f"/sessions/{number}/statements", {"code": code})
        path = f"/sessions/{number}/statements/{statement['id']}"
        return wait_for(lambda: (a := livy.ask(path=path))["state"] == "available" and a["output"], code, 120)

    def text(code: str) -> str:
        output = run(code)
        assert output["status"] == "ok", output["evalue"]
        return output["data"]["text/plain"]

    for scheme in ("s3", "s3a"):
        read = f"spark.read.csv('{scheme}://{bucket}/trades/', header=True)"
        assert text(f"{read}.groupBy('date').count().collect()[0]['count']") == "600"
    denied = run(f"spark.read.csv('s3://{bucket}/positions/', header=True).count()")
    assert denied["status"] == "error" and "AccessDenied" in denied["evalue"], denied
    out = f"s3://{bucket}/research/analyst/counts"
    text(f"{read}.groupBy('symbol').count().write.mode('overwrite').parquet('{out}')")
    text(f"{read}.groupBy('symbol').count().write.mode('overwrite').parquet('{out}')")
    assert text(f"spark.read.parquet('{out}').count()") == "4"
    elsewhere = run(f"spark.range(3).write.parquet('s3://{bucket}/trades/mine')")
    assert elsewhere["status"] == "error" and "AccessDenied" in elsewhere["evalue"], elsewhere
    # User code that brings its own SDK is the same role.
    assert "emr-runtime-analyst" in text("import boto3; boto3.client('sts').get_caller_identity()['Arn']")
    secret = text("import os; os.environ['AWS_SECRET_ACCESS_KEY']").strip("'")
    listed = "\n".join(command(pid) for pid in children(running.process.pid))
    assert "java" in listed and secret not in listed
    assert secret not in text("str(spark.sparkContext.getConf().getAll())")


def children(pid: int) -> list[int]:
    """Every process below one."""
    found, queue = [], [pid]
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    while queue:
        parent = queue.pop()
        below = [child for child, its in parents.items() if its == parent]
        found += below
        queue += below
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def ports_of(pids: list[int]) -> list[int]:
    """Loopback ports on which the moto among them listens."""
    inodes = set()
    for pid in pids:
        if "launcher.py" in command(pid):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                target = os.readlink(descriptor)
                if target.startswith("socket:"):
                    inodes.add(target[8:-1])
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and row[9] in inodes]
