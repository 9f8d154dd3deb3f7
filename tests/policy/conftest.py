"""A pipeline in the local account, deployed by the command as a user does it, and runs of it started from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

SCRIPT = """
import argparse
from pyspark.sql import SparkSession, functions as F

parser = argparse.ArgumentParser()
parser.add_argument("--input")
parser.add_argument("--output")
args = parser.parse_args()
spark = SparkSession.builder.getOrCreate()
quotes = spark.read.json(args.input)
spread = quotes.withColumn("spread", F.col("ask") - F.col("bid"))
for mode, partitions in (("overwrite", "static"), ("overwrite", "dynamic"), ("append", "dynamic")):
    spark.conf.set("spark.sql.sources.partitionOverwriteMode", partitions)
    spread.write.mode(mode).partitionBy("day").parquet(args.output)
print("ROWS", spark.read.parquet(args.output).count())
"""

PIPELINE = """
name: spread
script: spread.py
release: emr-7.12.0
caps: {vcpu: 8, memoryGb: 32, diskGb: 200}
artifacts: s3://policy-artifacts/pipelines/
arguments:
  - {name: input, type: string, default: s3://policy-market/raw/quotes/}
  - {name: output, type: string, default: s3://policy-research/deep/features/spread/}
inputs:
  - s3: s3://policy-market/raw/quotes/
outputs:
  - s3: s3://policy-research/deep/features/spread/
"""


class Deployed:
    """The pipeline, and what one does with it from outside."""

    def __init__(self, account: dict, folder: Path):
        self.account = account
        self.s3 = self.client("s3")
        self.iam = self.client("iam")
        self.serverless = self.client("emr-serverless")
        for bucket in ("policy-market", "policy-research", "policy-artifacts"):
            self.s3.create_bucket(Bucket=bucket)
        rows = "\n".join(json.dumps({"bid": number, "ask": number + 1}) for number in range(20))
        for prefix in ("raw/quotes", "raw/quotes-2"):
            for day in ("2026-01-30", "2026-01-31"):
                self.s3.put_object(Bucket="policy-market", Key=f"{prefix}/day={day}/q.json", Body=rows)
        (folder / "spread.py").write_text(SCRIPT)
        (folder / "emr-pipeline.yaml").write_text(PIPELINE)
        jupyter = str(Path(sys.executable).parent / "jupyter")
        command = [jupyter, "emr", "promote", "emr-pipeline.yaml", "--yes", "--json"]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        assert made.returncode == 0, made.stderr
        self.made = json.loads(made.stdout)
        self.policy = self.iam.get_role_policy(RoleName="emr-pipeline-spread", PolicyName=self.policy_name())[
            "PolicyDocument"
        ]

    def client(self, service: str) -> Any:
        env = self.account["env"]
        return boto3.client(
            service,
            endpoint_url=env["AWS_ENDPOINT_URL"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            region_name=self.account["region"],
        )

    def policy_name(self) -> str:
        (name,) = self.iam.list_role_policies(RoleName="emr-pipeline-spread")["PolicyNames"]
        return name

    def set_policy(self, document: dict) -> None:
        self.iam.put_role_policy(
            RoleName="emr-pipeline-spread", PolicyName=self.policy_name(), PolicyDocument=json.dumps(document)
        )

    def run(self, **arguments: str) -> tuple[str, str]:
        """Run it to the end: its state, and what its driver wrote."""
        given = {
            "input": "s3://policy-market/raw/quotes/",
            "output": "s3://policy-research/deep/features/spread/",
            **arguments,
        }
        application = self.made["applicationId"]
        run = self.serverless.start_job_run(
            applicationId=application,
            executionRoleArn=self.made["roleArn"],
            jobDriver={
                "sparkSubmit": {
                    "entryPoint": self.made["scriptUri"],
                    "entryPointArguments": [f"--{name}={value}" for name, value in given.items()],
                    "sparkSubmitParameters": "--conf spark.executor.instances=1",
                }
            },
            configurationOverrides={
                "monitoringConfiguration": {
                    "s3MonitoringConfiguration": {"logUri": "s3://policy-artifacts/pipelines/spread/logs/"}
                }
            },
        )["jobRunId"]
        end = time.monotonic() + 240
        while time.monotonic() < end:
            found = self.serverless.get_job_run(applicationId=application, jobRunId=run)["jobRun"]
            if found["state"] in ("SUCCESS", "FAILED", "CANCELLED"):
                return found["state"], found["stateDetails"]
            time.sleep(0.5)
        raise AssertionError("the run did not end")

    def names(self, bucket: str) -> set[str]:
        return {found["Key"] for found in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])}

    def calls(self, method: str = "GET") -> list[dict]:
        """What the role asked of S3 since the log was cleared (DELETE)."""
        url = f"{self.account['env']['AWS_ENDPOINT_URL']}/_local/calls"
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            text = answer.read()
        found = json.loads(text) if method == "GET" else []
        calls = found if isinstance(found, list) else found["calls"]
        return [
            call for call in calls if "/emr-pipeline-spread/" in call["caller"] and call["service"] == "s3"
        ]


@pytest.fixture(scope="session")
def deployed(account: dict, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    yield Deployed(account, tmp_path_factory.mktemp("pipeline"))


@pytest.fixture
def whole_policy(deployed: Deployed) -> Iterator[dict]:
    """The generated policy; it is put back after the test."""
    yield json.loads(json.dumps(deployed.policy))
    deployed.set_policy(deployed.policy)
