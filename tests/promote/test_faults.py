"""A deployment that is stopped or killed, and a run that fails again and again: told, kept, and gone on from."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

import boto3
import pytest
from promote_support import NODE, ROOT, Shell, applications

TOPIC = "arn:aws:sns:us-east-1:123456789012:pipelines"


def stopped_at(
    shell: Shell, operation: str, number: int, *, service: str = ""
) -> subprocess.CompletedProcess:
    """Deploy, and send a signal once the account was asked for an operation: of a service, before it is answered."""

    def local(method: str, path: str, body: dict | None = None) -> list:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{shell.endpoint}/_local/{path}", data, method=method)
        return json.loads(urllib.request.urlopen(request).read() or b"[]")

    local("DELETE", "calls")
    if service:
        local("POST", "faults", {"service": service, "operation": operation, "delayMs": 5000})
    process = subprocess.Popen(
        [
            NODE,
            str(ROOT / "jupyterlab_emr" / "node" / "cli.mjs"),
            "promote",
            "emr-pipeline.yaml",
            "--yes",
        ],
        cwd=shell.folder,
        env={**os.environ, "JUPYTERLAB_EMR_PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ends = time.monotonic() + 60
    while operation not in [call["operation"] for call in local("GET", "calls")]:
        assert process.poll() is None and time.monotonic() < ends
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_a_deployment_that_is_killed_and_one_that_is_interrupted_are_gone_on_from(shell, aws):
    shell.write("killed")
    assert stopped_at(shell, "CreateApplication", signal.SIGKILL).returncode == -signal.SIGKILL
    interrupted = stopped_at(shell, "CreateRole", signal.SIGINT, service="iam")
    assert interrupted.returncode == 130, interrupted
    assert "Stopped." in interrupted.stderr
    assert "emr-pipeline-killed" in interrupted.stderr
    assert "Traceback" not in interrupted.stderr
    done = shell.deploy().json
    told = {step["id"]: step["status"] for step in done["steps"]}
    # A step that was begun comes to its end, and none begins after it.
    assert (told["application"], told["role"], told["script"]) == ("unchanged", "unchanged", "created")
    [only] = applications(aws, "killed")
    assert only["id"] == done["applicationId"]


@pytest.fixture(scope="module")
def retried(account: dict, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, dict, str]:
    """A pipeline that is tried twice, with a key, a log group and alarms, and a run of it that failed twice."""
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    shell = Shell(tmp_path_factory.mktemp("retried"), account["endpoint"])
    shell.write(
        "retried", f'logs: {{kmsKey: "{key}", retentionDays: 30}}\nalarms: {{snsTopicArn: "{TOPIC}"}}\n'
    )
    file = shell.folder / "emr-pipeline.yaml"
    file.write_text(file.read_text().replace("retries: 0", "retries: 1"))
    shell.deploy()
    arguments = ("runs", "retried", "--start", "-a", "day=2026-01-31", "-a", "fail=table", "--json")
    return shell, shell.emr(*arguments, code=1).json, key


def test_each_attempt_of_a_run_is_listed_and_has_its_log(retried, aws):
    shell, run, key = retried
    assert run["maxAttempts"] == 2
    assert [(one["number"], one["state"]) for one in run["attempts"]] == [(1, "FAILED"), (2, "FAILED")]
    assert run["failure"]["exception"] == "AnalysisException"
    text = shell.emr("runs", "retried", "--run", run["runId"]).out
    assert "2 of at most 2: 1 FAILED" in text
    logs = [
        shell.emr(
            "runs",
            "retried",
            "--logs",
            run["runId"],
            "--stream",
            "stdout",
            "--attempt",
            str(number),
            "--json",
        ).json
        for number in (1, 2)
    ]
    for number, log in enumerate(logs, 1):
        assert "rows 100" in log["text"]
        assert f"/attempts/{number}/" in log["uri"]
        bucket, name = log["uri"].removeprefix("s3://").split("/", 1)
        head = aws("s3").head_object(Bucket=bucket, Key=name)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"].endswith(key.split("/")[1])) == (
            "aws:kms",
            True,
        )
    # Hours and cost are those of both.
    assert run["cost"]["amount"] > 0
    assert run["durationSeconds"] >= 2


def test_logs_are_in_the_log_group_and_the_topic_is_told(retried, account, aws):
    _shell, run, key = retried
    client = aws("logs")
    [group] = client.describe_log_groups(logGroupNamePrefix="/emr-pipeline/retried")["logGroups"]
    assert (group["retentionInDays"], group["kmsKeyId"]) == (30, key)
    [stream] = [
        one["logStreamName"]
        for one in client.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]
        if one["logStreamName"].endswith(f"{run['runId']}/SPARK_DRIVER/stdout")
    ]
    events = client.get_log_events(logGroupName=group["logGroupName"], logStreamName=stream)["events"]
    assert any("rows 100" in event["message"] for event in events)
    told = json.loads(urllib.request.urlopen(f"{account['endpoint']}/_local/notifications").read())
    mine = [one for one in told if one["event"]["detail"]["jobRunId"] == run["runId"]]
    assert {one["target"] for one in mine} == {TOPIC}
    assert mine[-1]["event"]["detail"]["state"] == "FAILED"
