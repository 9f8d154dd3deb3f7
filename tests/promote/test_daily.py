"""The demo's example becomes a pipeline in a shell, and by its file in CI: its schedule runs it over new data, and the
second run makes the new day only."""

from __future__ import annotations

import io
import shutil
import time
from pathlib import Path

import pandas
from promote_support import ROOT, Shell

NOTEBOOK = ROOT / "jupyterlab_emr" / "examples" / "daily-features.ipynb"
BUCKET = "emr-demo-us-east-1"
TRADES = 600  # of each day


def days_of(s3, prefix: str) -> dict[str, dict[str, object]]:
    """Files below a prefix by their days: what tells whether one was touched."""
    found: dict[str, dict[str, object]] = {}
    for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", []):
        if "/date=" in one["Key"]:
            day = one["Key"].split("/date=")[1].split("/")[0]
            found.setdefault(day, {})[one["Key"]] = (one["ETag"], one["LastModified"])
    return found


def rows_of(s3, files: dict[str, object]) -> pandas.DataFrame:
    objects = (s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in files)
    return pandas.concat(pandas.read_parquet(io.BytesIO(data)) for data in objects)


def ended(aws, application: str, run: str) -> dict:
    """A run at its end, as boto3 sees it."""
    client = aws("emr-serverless")
    ends = time.monotonic() + 240
    while True:
        told = client.get_job_run(applicationId=application, jobRunId=run)["jobRun"]
        if told["state"] in ("SUCCESS", "FAILED", "CANCELLED") or time.monotonic() > ends:
            return told
        time.sleep(0.5)


def test_the_second_run_makes_the_new_day_only(account: dict, shell: Shell, aws, tmp_path: Path):
    s3 = aws("s3")
    # In a shell: from the notebook.
    shutil.copy(NOTEBOOK, shell.folder)
    made = {"daily-features": shell.emr("promote", NOTEBOOK.name, "--yes", "--json").json}
    # In CI: a checkout has the file and the script. Its own name and place, to be another pipeline than the first.
    checkout = Shell(tmp_path / "checkout", account["endpoint"])
    checkout.folder.mkdir()
    shutil.copy(shell.folder / "daily-features.py", checkout.folder)
    text = (shell.folder / "emr-pipeline.yaml").read_text()
    assert "\nschedule:\n  expression: cron(0 6 * * ? *)\n" in text
    text = text.replace("name: daily-features", "name: daily-ci", 1).replace("/daily-features/", "/daily-ci/")
    (checkout.folder / "emr-pipeline.yaml").write_text(text)
    made["daily-ci"] = checkout.emr("promote", "emr-pipeline.yaml", "--yes", "--undo", "--json").json
    assert made["daily-ci"]["applicationId"] != made["daily-features"]["applicationId"]
    assert made["daily-ci"]["roleArn"] != made["daily-features"]["roleArn"]

    arrived = set(days_of(s3, "trades/"))
    first = {}
    for night in (1, 2):
        # The demo's own command: files arrive, and the schedules are due.
        passed = shell.emr("demo", "--next-day", "--json").json
        new = {passed["delivery"]["date"]}
        executions = [one for one in passed["clock"]["executions"] if one["outcome"] == "ok"]
        assert len(executions) == 2, passed
        for name, deployment in made.items():
            application = deployment["applicationId"]
            [run] = [
                one["answer"]["jobRunId"]
                for one in executions
                if one["answer"]["applicationId"] == application
            ]
            told = ended(aws, application, run)
            assert told["state"] == "SUCCESS", told["stateDetails"]
            assert told["executionRole"] == deployment["roleArn"]
            seen = shell.emr("runs", name, "--run", run, "--json").json
            assert seen["scheduled"]
            log = shell.emr("runs", name, "--logs", run, "--stream", "stdout", "--json").json["text"]
            written = days_of(s3, f"research/analyst/{name}/")
            if night == 1:
                assert f"New days: {', '.join(sorted(arrived | new))}\n" in log
                assert set(written) == arrived | new
                first[name] = written
            else:
                assert f"New days: {min(new)}\n" in log
                # Files of the days before are the same, to their times; the new day's are there.
                assert {day: files for day, files in written.items() if day not in new} == first[name]
                assert set(written) - set(first[name]) == new
            rows = rows_of(s3, written[min(new)])
            assert sorted(rows["symbol"]) == ["ALFA", "BRVO", "CHRL", "DLTA"]
            assert rows["trades"].sum() == TRADES
        arrived |= new
