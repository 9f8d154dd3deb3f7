"""The Livy endpoint of EMR Serverless' applications: signed requests, real Spark, the keys of a role."""

from __future__ import annotations

import sys
import urllib.request

import pytest
from account_support import HERE, Account, wait_for
from serverless_support import Endpoint, make, state_of

LIVY = HERE.parent.parent / "jupyterlab_emr" / "node" / "local" / "livy.mjs"
ROLE = "emr-serverless.session.executionRoleArn"
ENABLED = {"interactiveConfiguration": {"livyEndpointEnabled": True}}


@pytest.fixture(scope="module")
def account():
    running = Account("--python", sys.executable, livy=LIVY)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def serverless(account):
    return account.client("emr-serverless")


def request_of(account, role="analyst", **fields) -> dict:
    return {"kind": "pyspark", "conf": {ROLE: account.roles[role]}, **fields}


def test_who_is_not_let_in(account, serverless):
    endpoint = Endpoint(account, make(serverless, **ENABLED))
    access, secret = endpoint.keys
    refusals = {
        "does not match": {"keys": (access, "wrong")},
        "security token": {"keys": ("AKIAUNKNOWN", secret)},
        "'emr-serverless'": {"service": "execute-api"},
        "valid region": {"region": "eu-west-1"},
        "Missing Authentication Token": {"headers": {}},
    }
    for says, options in refusals.items():
        status, body = endpoint.ask("GET", "/sessions", **options)
        assert (status, says in body["message"]) == (403, True), body


def test_what_a_session_needs(account, serverless):
    off = Endpoint(account, make(serverless))
    status, body = off.ask("GET", "/sessions")
    assert (status, "not enabled" in body["message"]) == (400, True)
    assert Endpoint(account, "00f0000000000000").ask("GET", "/sessions")[0] == 404
    application = make(serverless, **ENABLED, maximumCapacity={"cpu": "4 vCPU", "memory": "16 GB"})
    endpoint = Endpoint(account, application)
    nobody = {"kind": "pyspark", "conf": {ROLE: "arn:aws:iam::123456789012:role/emr-pipeline-nobody"}}
    for request, expected, says in (
        ({"kind": "pyspark"}, 400, ROLE),
        (request_of(account, "denied"), 403, "iam:PassRole"),
        (nobody, 400, "Could not assume execution role"),
        (request_of(account), 400, "exceeded maximumCapacity"),
        (request_of(account, driverCores=3), 400, "cores 3"),
    ):
        status, body = endpoint.ask("POST", "/sessions", request)
        assert (status, says in body["message"]) == (expected, True), body
    assert endpoint.ask("GET", "/sessions")[1]["sessions"] == []


def test_an_application_that_does_not_start_by_itself(account, serverless):
    application = make(serverless, **ENABLED, autoStartConfiguration={"enabled": False})
    status, body = Endpoint(account, application).ask("POST", "/sessions", request_of(account))
    assert (status, "does not start automatically" in body["message"]) == (400, True)
    assert state_of(serverless, application) == "CREATED"


def test_a_session_from_its_start_to_its_end(account, serverless):
    s3 = account.client("s3", check=False)
    data = account.ready["buckets"]["data"]
    idle = {"enabled": True, "idleTimeoutMinutes": 1}
    application = make(serverless, **ENABLED, autoStopConfiguration=idle)
    endpoint = Endpoint(account, application)
    status, made = endpoint.ask("POST", "/sessions", request_of(account, name="a b"))
    assert status == 201
    assert state_of(serverless, application) == "STARTED"
    path = f"/sessions/{made['id']}"

    def idle_session():
        session = endpoint.ask("GET", path)[1]
        assert session["state"] in ("starting", "idle"), session["log"]
        return session if session["state"] == "idle" else None

    session = wait_for(idle_session, "an idle session", 120)
    assert endpoint.ask("GET", "/sessions/a%20b")[1]["id"] == made["id"]

    def run(code: str) -> dict:
        statement = endpoint.ask("POST", f"{path}/statements", {"code": code})[1]["id"]

        def output():
            found = endpoint.ask("GET", f"{path}/statements/{statement}")[1]
            return found["output"] if found["state"] == "available" else None

        return wait_for(output, code, 120)

    assert run("spark.range(10).count()")["data"]["text/plain"] == "10"
    caller = run("import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])")
    assert ":assumed-role/emr-runtime-analyst/" in caller["data"]["text/plain"]
    s3.put_object(Bucket=data, Key="positions/x.csv", Body=b"1\n")
    refused = run(f"spark.read.csv('s3://{data}/positions/x.csv').count()")
    assert "AccessDenied" in refused["ename"] + refused["evalue"] + "".join(refused["traceback"])

    url = serverless.get_dashboard_for_job_run(applicationId=application, jobRunId=session["appId"])["url"]
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert answer.url.endswith("/jobs/") and b"Spark Jobs" in answer.read()
    assert endpoint.ask("DELETE", path)[0] == 200
    with urllib.request.urlopen(url, timeout=150) as answer:
        assert "/history/" in answer.url
    # Nobody uses it any more: it stops by itself, and its Livy with it.
    wait_for(lambda: state_of(serverless, application) == "STOPPED", "STOPPED", 60)
    assert endpoint.ask("GET", "/sessions")[1]["sessions"] == []
