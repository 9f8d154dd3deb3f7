"""The account as a process: identity, faults, what it logs, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from account_support import CBOR, HERE, JSON, MAIN, alive, provision, wait_for
from botocore.config import Config
from botocore.exceptions import ClientError
from test_emr import Livy, credentials_for, livy_port


def code(error) -> str:
    return error.value.response["Error"]["Code"]


def test_the_ready_line(account):
    ready = account.ready
    assert ready["endpoint"].startswith("http://127.0.0.1:")
    assert ready["env"]["AWS_ENDPOINT_URL"] == ready["endpoint"]
    assert ready["env"]["AWS_DEFAULT_REGION"] == ready["env"]["AWS_REGION"] == ready["region"]
    assert Path(ready["ca"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    site = json.loads(Path(ready["env"]["JUPYTERLAB_EMR_CONFIG"]).read_text())
    assert site["caBundle"] == ready["ca"] and site["region"] == ready["region"]
    assert {role["arn"] for role in site["runtimeRoles"]} == set(ready["roles"].values())
    assert {"analyst", "denied"} <= set(ready["roles"])


def test_stock_boto3_needs_the_environment_only(account):
    """In a process of its own, as a user's script runs."""
    script = (
        "import boto3, json; print(json.dumps([boto3.client('sts').get_caller_identity()['Arn'],"
        " len(boto3.client('servicecatalog').search_products()['ProductViewSummaries']),"
        " len(boto3.client('emr').list_clusters()['Clusters'])]))"
    )
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    answer = subprocess.run(
        [sys.executable, "-c", script],
        env={**clean, **account.ready["env"]},
        capture_output=True,
        text=True,
        check=True,
    )
    arn, products, clusters = json.loads(answer.stdout)
    assert arn == "arn:aws:iam::123456789012:user/data-scientist" and products == 3 and clusters >= 1


def test_sts(account):
    sts = account.client("sts")
    identity = sts.get_caller_identity()
    assert identity["Account"] == "123456789012" and identity["UserId"].startswith("AIDA")
    assumed = sts.assume_role(RoleArn=account.roles["analyst"], RoleSessionName="a-session")
    assert assumed["AssumedRoleUser"]["Arn"].endswith(":assumed-role/emr-runtime-analyst/a-session")
    keys = assumed["Credentials"]
    given = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    assert account.client("sts", **given).get_caller_identity()["Arn"] == assumed["AssumedRoleUser"]["Arn"]
    assert account.client("emr", **given).list_clusters()["Clusters"]
    session = sts.get_session_token()["Credentials"]
    assert session["AccessKeyId"].startswith("ASIA")
    with pytest.raises(ClientError) as error:
        sts.assume_role(RoleArn=account.roles["denied"], RoleSessionName="a-session")
    assert code(error) == "AccessDenied"
    with pytest.raises(ClientError) as error:
        sts.assume_role(RoleArn="arn:aws:iam::123456789012:nonsense", RoleSessionName="a-session")
    assert code(error) == "ValidationError"
    with pytest.raises(ClientError) as error:
        account.client("sts").get_access_key_info(AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    assert code(error) == "InvalidAction"


@pytest.mark.parametrize(
    ("service", "protocol", "expected"),
    [
        ("emr", JSON, "UnrecognizedClientException"),
        ("servicecatalog", JSON, "UnrecognizedClientException"),
        ("servicecatalog", CBOR, "UnrecognizedClientException"),
        ("sts", JSON, "InvalidClientTokenId"),
    ],
)
def test_keys_of_nobody(account, service, protocol, expected):
    client = account.client(service, protocol, aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
    call = {
        "emr": lambda: client.list_clusters(),
        "servicecatalog": lambda: client.search_products(),
        "sts": lambda: client.get_caller_identity(),
    }[service]
    with pytest.raises(ClientError) as error:
        call()
    assert code(error) == expected


@pytest.mark.parametrize(
    ("service", "protocol", "expected"),
    [
        ("emr", JSON, "InvalidSignatureException"),
        ("servicecatalog", CBOR, "InvalidSignatureException"),
        ("sts", JSON, "SignatureDoesNotMatch"),
    ],
)
def test_a_wrong_secret(account, service, protocol, expected):
    client = account.client(service, protocol, aws_secret_access_key="not-the-secret-of-this-key")
    call = {
        "emr": lambda: client.list_clusters(),
        "servicecatalog": lambda: client.search_products(),
        "sts": lambda: client.get_caller_identity(),
    }[service]
    with pytest.raises(ClientError) as error:
        call()
    assert code(error) == expected


def test_regions_are_apart(account, cluster):
    elsewhere = account.client("emr", region_name="eu-central-1")
    assert elsewhere.list_clusters()["Clusters"] == []
    with pytest.raises(ClientError):
        elsewhere.describe_cluster(ClusterId=cluster["clusterId"])


def test_secrets(account):
    manager = account.client("secretsmanager")
    made = manager.create_secret(Name="livy/user", SecretString='{"username": "u"}')
    assert manager.get_secret_value(SecretId=made["ARN"])["SecretString"] == '{"username": "u"}'
    assert manager.get_secret_value(SecretId="livy/user")["Name"] == "livy/user"
    with pytest.raises(ClientError) as error:
        manager.get_secret_value(SecretId="nonsense")
    assert code(error) == "ResourceNotFoundException"


def test_the_users_secret_of_clusters_that_know_their_users(account):
    text = account.client("secretsmanager").get_secret_value(SecretId="emr/livy-user")["SecretString"]
    assert json.loads(text)["password"].startswith("emrlocalsecret")


def test_iam_is_asked_what_is_allowed(account):
    iam = account.client("iam")
    asked = {
        "PolicySourceArn": "arn:aws:iam::123456789012:user/data-scientist",
        "ActionNames": ["ec2:RunInstances", "servicecatalog:ProvisionProduct"],
    }
    answer = iam.simulate_principal_policy(**asked)["EvaluationResults"]
    assert [(one["EvalActionName"], one["EvalDecision"]) for one in answer] == [
        ("ec2:RunInstances", "implicitDeny"),
        ("servicecatalog:ProvisionProduct", "allowed"),
    ]


def test_operations_that_are_not_there(account):
    for client, call in (
        ("emr", "list_studios"),
        ("servicecatalog", "list_service_actions"),
        ("secretsmanager", "list_secrets"),
    ):
        for protocol in (CBOR, JSON):
            with pytest.raises(ClientError) as error:
                getattr(account.client(client, protocol), call)()
            assert code(error) == "UnknownOperationException"
            assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ClientError) as error:
        account.client("cloudtrail").list_trails()
    assert code(error) == "UnknownOperationException"


def signed(account, headers: dict, body: bytes, path="/"):
    """A request that boto3 itself would not make, signed as it would sign it."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    env = account.ready["env"]
    request = AWSRequest("POST", account.ready["endpoint"] + path, headers, body)
    keys = Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(keys, "elasticmapreduce", env["AWS_REGION"]).add_auth(request)
    prepared = urllib.request.Request(request.url, body, dict(request.headers.items()), method="POST")
    try:
        with urllib.request.urlopen(prepared) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize(
    ("target", "body", "expected"),
    [
        ("ElasticMapReduce.DescribeCluster", b"{", "SerializationException"),
        ("ElasticMapReduce.DescribeCluster", b"[]", "SerializationException"),
        ("ElasticMapReduce.DescribeCluster", b'{"ClusterId": 5}', "SerializationException"),
        ("ElasticMapReduce.DescribeCluster", b"{}", "ValidationException"),
        ("ElasticMapReduce.ListClusters", b'{"CreatedAfter": "yesterday"}', "SerializationException"),
        ("ElasticMapReduce.ListClusters", b'{"ClusterStates": "WAITING"}', "SerializationException"),
        ("ElasticMapReduce.constructor", b"{}", "UnknownOperationException"),
        ("Nonsense", b"{}", "UnknownOperationException"),
    ],
)
def test_wrong_bodies(account, target, body, expected):
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    status, answer = signed(account, headers, body)
    assert status == 400 and json.loads(answer)["__type"] == expected
    assert json.loads(answer)["message"]


def test_a_request_that_is_not_of_aws(account):
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(account.ready["endpoint"] + "/")
    assert error.value.code == 403
    assert json.loads(error.value.read())["__type"] == "MissingAuthenticationTokenException"


def test_faults_come_as_often_as_asked(account):
    emr = account.client("emr")
    catalog = account.client("servicecatalog", CBOR, check=False)
    throttling = {
        "service": "emr",
        "operation": "ListClusters",
        "code": "ThrottlingException",
        "message": "Rate exceeded",
    }
    assert account.control("POST", "faults", {**throttling, "times": 2})[0] == 200
    for _ in range(2):
        with pytest.raises(ClientError) as error:
            emr.list_clusters()
        assert code(error) == "ThrottlingException" and "Rate exceeded" in str(error.value)
    emr.list_clusters()
    # boto3 itself goes on after them.
    account.control("POST", "faults", {**throttling, "times": 2})
    account.client("emr", config=Config(retries={"max_attempts": 3})).list_clusters()
    account.control(
        "POST", "faults", {"service": "servicecatalog", "operation": "*", "code": "InternalFailure"}
    )
    with pytest.raises(ClientError) as error:
        catalog.search_products()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    account.control(
        "POST", "faults", {"service": "sts", "operation": "*", "code": "Boom", "status": 503, "times": 9}
    )
    assert account.control("DELETE", "faults")[0] == 200
    account.client("sts").get_caller_identity()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "service"),
        ({"service": "emr", "operation": "ListClusters"}, "code"),
        ({"service": "emr", "operation": "*", "code": "X", "status": 200}, "status"),
        ({"service": "emr", "operation": "*", "code": "X", "times": 0}, "times"),
    ],
)
def test_wrong_faults(account, body, expected):
    status, answer = account.control("POST", "faults", body)
    assert status == 400 and expected in answer["error"]


def test_wrong_control_requests(account):
    assert account.control("POST", "faults", raw=b"{")[0] == 400
    assert account.control("POST", "kill-livy", {})[0] == 400
    assert account.control("POST", "kill-livy", {"clusterId": "j-NOSUCH"})[0] == 404
    assert account.control("GET", "nonsense")[0] == 404
    request = urllib.request.Request(
        account.ready["endpoint"] + "/_local/calls", headers={"Origin": "https://example.com"}
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)
    assert error.value.code == 403
    request = urllib.request.Request(
        account.ready["endpoint"] + "/_local/calls", headers={"Host": "evil.example.com"}
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)
    assert error.value.code == 403


def test_calls_are_told_without_secrets(account, cluster):
    emr = account.client("emr")
    pair = credentials_for(account, emr, cluster["clusterId"])
    with pytest.raises(ClientError):
        emr.describe_cluster(ClusterId="j-NOSUCHCLUSTER")
    calls = account.control("GET", "calls")[1]
    last, before = calls[-1], calls[-2]
    assert (last["service"], last["operation"], last["outcome"]) == (
        "emr",
        "DescribeCluster",
        "InvalidRequestException",
    )
    assert (before["operation"], before["outcome"]) == ("GetClusterSessionCredentials", "ok")
    assert {call["service"] for call in calls} <= {
        "emr",
        "servicecatalog",
        "sts",
        "iam",
        "kms",
        "s3",
        "scheduler",
        "emr-serverless",
        "secretsmanager",
        "glue",
        "lakeformation",
        "events",
        "monitoring",
        "logs",
        "unknown",
    }
    text = json.dumps(calls)
    assert pair["Password"] not in text and account.ready["env"]["AWS_SECRET_ACCESS_KEY"] not in text


def connected(account) -> tuple[str, dict]:
    """The other cluster with its Livy started: (cluster id, what its fake Livy says of itself)."""
    emr = account.client("emr")
    cluster_id = account.ready["otherCluster"]
    pair = credentials_for(account, emr, cluster_id)
    return cluster_id, Livy(account, emr, cluster_id, pair).ask("POST")


def test_killing_livy_takes_its_drivers_with_it(own_account):
    account = own_account()
    cluster_id, livy = connected(account)
    assert alive(livy["pid"]) and alive(livy["driver"])
    assert account.control("POST", "kill-driver", {"clusterId": cluster_id, "sessionId": 7})[0] == 404
    assert account.control("POST", "kill-driver", {"clusterId": cluster_id, "sessionId": 0})[0] == 200
    wait_for(
        lambda: account.control("GET", "sessions")[1][0]["state"] == "dead", "the driver's death to be told"
    )
    assert account.control("POST", "kill-livy", {"clusterId": cluster_id})[0] == 200
    wait_for(lambda: not alive(livy["pid"]) and not alive(livy["driver"]), "both to be gone")
    assert account.control("GET", "sessions")[1] == []


def test_livy_comes_back_on_its_port_without_its_sessions(account, cluster):
    emr = account.client("emr")
    pair = credentials_for(account, emr, cluster["clusterId"])
    livy = Livy(account, emr, cluster["clusterId"], pair)
    assert livy.ask("POST")["sessions"]
    body = {"clusterId": cluster["clusterId"], "restart": True}
    assert account.control("POST", "kill-livy", body)[0] == 200
    # The credentials that were given out go on.
    assert livy.ask()["sessions"] == []


def test_sigterm_leaves_nothing(own_account):
    account = own_account()
    _, livy = connected(account)
    port = livy_port(account.client("emr"), account.ready["otherCluster"])
    assert port and account.stop() == 0
    assert not alive(livy["pid"]) and not alive(livy["driver"])
    assert not Path(account.ready["ca"]).parent.exists()


def test_sigkill_takes_livy_with_it(own_account):
    """Nothing runs on in the account then; its Livys end because their channel closes."""
    account = own_account()
    _, livy = connected(account)
    account.process.kill()
    account.process.wait()
    wait_for(lambda: not alive(livy["pid"]) and not alive(livy["driver"]), "its children to be gone")
    # What it could not remove the next one does.
    left = Path(account.ready["ca"]).parent
    assert left.exists()
    own_account()
    assert not left.exists()


def test_ends_with_its_parent(own_account):
    parent = subprocess.Popen(["sleep", "600"])
    account = own_account("--parent", str(parent.pid))
    _, livy = connected(account)
    parent.kill()
    parent.wait()
    assert account.process.wait(timeout=20) == 0
    assert not alive(livy["pid"]) and not Path(account.ready["ca"]).parent.exists()


def test_ends_with_its_standard_input(own_account):
    account = own_account("--exit-with-stdin", stdin=subprocess.PIPE)
    account.process.stdin.close()
    assert account.process.wait(timeout=20) == 0


def test_a_livy_that_does_not_start_fails_the_cluster(own_account, tmp_path):
    broken = tmp_path / "livy.mjs"
    broken.write_text("console.error('no Java here'); process.exit(3)")
    account = own_account(livy=broken)
    emr = account.client("emr")
    record = provision(account, "EMR small", "no-livy")
    catalog = account.client("servicecatalog")
    wait_for(
        lambda: catalog.describe_record(Id=record["RecordId"])["RecordDetail"]["Status"] == "FAILED",
        "the failure",
    )
    clusters = emr.list_clusters(ClusterStates=["TERMINATED_WITH_ERRORS"])["Clusters"]
    reason = clusters[0]["Status"]["StateChangeReason"]
    assert reason["Code"] == "BOOTSTRAP_FAILURE"
    assert "exit code 3" in reason["Message"] and "no Java here" in reason["Message"]


def test_wrong_options():
    for options in (["--speed", "0"], ["--port", "x"], ["--nonsense"]):
        answer = subprocess.run(["node", str(MAIN), *options], capture_output=True, text=True, check=False)
        assert answer.returncode == 2 and answer.stdout == "" and options[0] in answer.stderr


def test_secrets_are_in_no_argument_and_no_log(own_account, tmp_path):
    account = own_account("--work", str(tmp_path), quiet=True)
    _, livy = connected(account)
    secret = account.ready["env"]["AWS_SECRET_ACCESS_KEY"]
    for pid in (account.process.pid, livy["pid"]):
        if Path(f"/proc/{pid}").exists():
            assert secret.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
            if pid != account.process.pid:
                assert secret.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    account.process.send_signal(signal.SIGTERM)
    _, errors = account.process.communicate(timeout=30)
    assert secret not in errors
    assert list(tmp_path.iterdir()) == [] and HERE.exists()
