"""Pipelines on the local account: `jupyter emr promote` and `jupyter emr runs` as a shell runs them, boto3 beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NODE = os.environ.get("EMR_NODE", "node")

SCRIPT = """\
import argparse

from pyspark.sql import SparkSession

# %% cell 1
parser = argparse.ArgumentParser()
parser.add_argument("--day", required=True)
parser.add_argument("--seconds", type=int, default=0)
parser.add_argument("--fail", default="no")
arguments = parser.parse_args()
spark = SparkSession.builder.getOrCreate()
# %% cell 2
print("rows", spark.range(100).count(), "of", arguments.day, flush=True)
# %% cell 3
if arguments.fail == "table":
    spark.table("no_such_table").count()
import time
time.sleep(arguments.seconds)
"""

PIPELINE = """\
name: {name}
script: script.py
release: emr-7.9.0
caps: {{vcpu: 16, memoryGb: 64, diskGb: 200}}
driver: {{vcpu: 1, memoryGb: 2, diskGb: 20}}
artifacts: s3://emr-artifacts-us-east-1/pipelines/
arguments:
  - {{name: day, type: date}}
  - {{name: seconds, type: int, default: 0}}
  - {{name: fail, type: string, default: "no"}}
inputs: [s3://emr-demo-us-east-1/raw/]
outputs: [s3://emr-demo-us-east-1/{name}/]
retries: 0
"""


@dataclass
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@dataclass
class Shell:
    """A folder with a pipeline in it, and the command line."""

    folder: Path
    endpoint: str
    env: dict[str, str] = field(default_factory=dict)

    def emr(self, *arguments: str, code: int | None = 0) -> Answer:
        done = subprocess.run(
            [NODE, str(ROOT / "jupyterlab_emr" / "node" / "cli.mjs"), *arguments],
            check=False,
            cwd=self.folder,
            env={**os.environ, "JUPYTERLAB_EMR_PYTHON": sys.executable, **self.env},
            capture_output=True,
            text=True,
            timeout=300,
        )
        answer = Answer(done.returncode, done.stdout, done.stderr)
        assert code is None or answer.code == code, f"{answer.out}\n{answer.err}"
        return answer

    def write(self, name: str, more: str = "", script: str = SCRIPT) -> None:
        (self.folder / "emr-pipeline.yaml").write_text(PIPELINE.format(name=name) + more)
        (self.folder / "script.py").write_text(script)

    def deploy(self, *arguments: str, code: int | None = 0) -> Answer:
        return self.emr("promote", "emr-pipeline.yaml", "--yes", "--json", *arguments, code=code)

    def fault(self, service: str, operation: str, error: str, times: int = 1) -> None:
        body = {"service": service, "operation": operation, "code": error, "times": times}
        request = urllib.request.Request(
            f"{self.endpoint}/_local/faults",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        urllib.request.urlopen(request).read()


def applications(aws: Callable[[str], object], name: str) -> list[dict]:
    """Those of a name that are not deleted."""
    pages = aws("emr-serverless").get_paginator("list_applications").paginate()
    found = [one for page in pages for one in page["applications"]]
    return [one for one in found if one.get("name") == name and one["state"] != "TERMINATED"]


def left_of(aws: Callable[[str], object], name: str) -> dict[str, list]:
    """All that AWS has of a pipeline."""
    roles = [role["RoleName"] for role in aws("iam").list_roles()["Roles"]]
    schedules = [one["Name"] for one in aws("scheduler").list_schedules()["Schedules"]]
    objects = aws("s3").list_objects_v2(Bucket="emr-artifacts-us-east-1", Prefix=f"pipelines/{name}/")
    return {
        "applications": applications(aws, name),
        "roles": [role for role in roles if role in (f"emr-pipeline-{name}", f"emr-schedule-{name}")],
        "schedules": [one for one in schedules if one == f"emr-pipeline-{name}"],
        "objects": [one["Key"] for one in objects.get("Contents", [])],
    }


def universal_members(given: object, shape: object, at: str = "Input") -> None:
    """Each member is one of the operation's, with a capital where botocore's has none; keys of maps are anything."""
    kind = shape.type_name
    if kind == "structure":
        known = {name[0].upper() + name[1:]: member for name, member in shape.members.items()}
        assert set(given) <= set(known), f"{at}: {set(given) - set(known)}"
        for name, value in given.items():
            universal_members(value, known[name], f"{at}.{name}")
    elif kind == "list":
        for value in given:
            universal_members(value, shape.member, at)
    elif kind == "map":
        for key, value in given.items():
            universal_members(value, shape.value, f"{at}[{key}]")


NOTHING = {"applications": [], "roles": [], "schedules": [], "objects": []}
