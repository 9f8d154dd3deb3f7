"""`npm run local` as its user runs it: one JSON line, and nothing is left when npm is ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import boto3
import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("how", ["SIGTERM to npm", "Ctrl-C"])
def test_answers_in_one_line_and_leaves_nothing(how: str) -> None:
    process = subprocess.Popen(
        [shutil.which("npm"), "run", "local"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    family: list[psutil.Process] = []
    try:
        answer = json.loads(next(line for line in process.stdout if line.startswith("{")))
        assert {"endpoint", "region", "env", "products", "python", "ca", "roles"} <= answer.keys()
        assert Path(answer["python"]).is_file()
        assert Path(answer["ca"]).is_file()
        emr = boto3.client(
            "emr",
            region_name=answer["region"],
            endpoint_url=answer["endpoint"],
            aws_access_key_id=answer["env"]["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=answer["env"]["AWS_SECRET_ACCESS_KEY"],
        )
        assert emr.list_clusters()["Clusters"]
        family = psutil.Process(process.pid).children(recursive=True)
        assert family
    finally:
        if how == "Ctrl-C":  # a terminal tells the whole group
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
    process.wait(timeout=30)
    _gone, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
    assert not Path(answer["ca"]).exists()
