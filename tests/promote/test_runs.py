"""Runs: real Spark, followed to the end, explained, compared, ended; boto3 beside it."""

from __future__ import annotations

import time
import urllib.request

import pytest
from promote_support import Shell


@pytest.fixture(scope="module")
def deployed(account: dict, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("runs"), account["endpoint"])
    shell.write("runner")
    shell.deployment = shell.deploy().json
    return shell


@pytest.fixture(scope="module")
def succeeded(deployed: Shell) -> dict:
    answer = deployed.emr("runs", "runner", "--start", "-a", "day=2026-01-31")
    assert "rows 100 of 2026-01-31" in answer.out
    return deployed.emr("runs", "runner", "--json").json["runs"][0]


@pytest.fixture(scope="module")
def failed(deployed: Shell) -> dict:
    return deployed.emr(
        "runs", "runner", "--start", "-a", "day=2026-02-01", "-a", "fail=table", "--json", code=1
    ).json


def test_a_run_says_what_it_took(succeeded):
    assert succeeded["state"] == "SUCCESS"
    assert succeeded["arguments"] == {"day": "2026-01-31", "seconds": "0", "fail": "no"}
    assert succeeded["durationSeconds"] > 0
    assert succeeded["billed"]["vcpuHours"] > 0
    assert succeeded["cost"]["amount"] > 0
    assert succeeded["cost"]["note"].startswith("Estimate")
    assert not succeeded["scheduled"]


def test_a_failed_run_says_sparks_error_and_the_line(failed):
    assert failed["state"] == "FAILED"
    failure = failed["failure"]
    assert failure["exception"] == "AnalysisException"
    assert "no_such_table" in failure["message"]
    assert failure["scriptText"] == 'spark.table("no_such_table").count()'
    assert failure["cell"] == 2
    assert "no_such_table" in failed["error"]["message"]


def test_two_runs_are_compared(deployed, succeeded, failed):
    rows = deployed.emr("runs", "runner", "--compare", succeeded["runId"], failed["runId"], "--json").json
    told = {row["what"]: row for row in rows}
    assert (told["outcome"]["a"], told["outcome"]["b"]) == ("SUCCESS", "FAILED")
    assert (told["argument day"]["a"], told["argument day"]["b"]) == ("2026-01-31", "2026-02-01")
    assert told["script version"]["same"]


def test_logs_and_dashboard(deployed, succeeded, aws):
    log = deployed.emr("runs", "runner", "--logs", succeeded["runId"], "--stream", "stdout", "--json").json
    assert log["complete"]
    assert "rows 100 of 2026-01-31" in log["text"]
    ours = deployed.emr("runs", "runner", "--ui", succeeded["runId"]).out.strip()
    theirs = aws("emr-serverless").get_dashboard_for_job_run(
        applicationId=deployed.deployment["applicationId"], jobRunId=succeeded["runId"]
    )["url"]
    for url in (ours, theirs):
        assert urllib.request.urlopen(url).status == 200


def test_boto3_starts_a_run_of_our_application(deployed, succeeded, aws):
    client = aws("emr-serverless")
    made = deployed.deployment
    run = client.start_job_run(
        applicationId=made["applicationId"],
        executionRoleArn=made["roleArn"],
        jobDriver={
            "sparkSubmit": {
                "entryPoint": made["scriptUri"],
                "entryPointArguments": ["--day", "2026-03-01"],
                "sparkSubmitParameters": "--conf spark.driver.cores=1 --conf spark.driver.memory=1g",
            }
        },
    )
    ends = time.monotonic() + 240
    while True:
        told = client.get_job_run(applicationId=made["applicationId"], jobRunId=run["jobRunId"])["jobRun"]
        if told["state"] in ("SUCCESS", "FAILED", "CANCELLED") or time.monotonic() > ends:
            break
        time.sleep(0.5)
    assert told["state"] == "SUCCESS", told["stateDetails"]
    seen = deployed.emr("runs", "runner", "--run", run["jobRunId"], "--json").json
    assert seen["arguments"] == {"day": "2026-03-01"}


def test_a_run_is_ended_and_its_token_starts_no_second(deployed):
    arguments = (
        "runs",
        "runner",
        "--start",
        "-a",
        "day=2026-01-31",
        "-a",
        "seconds=600",
        "--no-follow",
        "--json",
    )
    one = deployed.emr(*arguments, "--token", "the-same").json
    two = deployed.emr(*arguments, "--token", "the-same").json
    assert one["runId"] == two["runId"]
    deployed.emr("runs", "runner", "--cancel", one["runId"])
    ends = time.monotonic() + 120
    while True:
        state = deployed.emr("runs", "runner", "--run", one["runId"], "--json").json["state"]
        if state == "CANCELLED" or time.monotonic() > ends:
            break
        time.sleep(0.5)
    assert state == "CANCELLED"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ((), "day"),
        (("-a", "day=soon"), "soon"),
        (("-a", "day=2026-01-31", "-a", "dya=x"), "dya"),
    ],
)
def test_wrong_arguments_start_nothing(deployed, succeeded, given, names):
    before = deployed.emr("runs", "runner", "--json").json["runs"]
    error = deployed.emr("runs", "runner", "--start", *given, "--json", code=1).json["error"]
    assert names in error["message"]
    assert len(deployed.emr("runs", "runner", "--json").json["runs"]) == len(before)
