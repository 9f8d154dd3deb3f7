"""`jupyter emr demo` as a program: JupyterLab answers on the local account, and the end leaves no process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

TIMEOUT = 90


def start_demo(workspace: Path, *arguments: str) -> subprocess.Popen:
    environment = {
        **os.environ,
        "AWS_PROFILE": "the-users-own",
        "AWS_SESSION_TOKEN": "the-users-own",
    }
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab_emr.launch",
            "cli",
            "demo",
            "--no-browser",
            "--port",
            "0",
            "--json",
            "--workspace",
            str(workspace),
            *arguments,
        ],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_runs_jupyterlab_and_leaves_no_process(tmp_path: Path, how: signal.Signals) -> None:
    process = start_demo(tmp_path)
    try:
        answer = json.loads(process.stdout.readline())
        base, token = answer["url"].split("/lab/tree/Welcome.ipynb?token=")
        request = urllib.request.Request(f"{base}/api/status", headers={"Authorization": f"token {token}"})
        with urllib.request.urlopen(request, timeout=TIMEOUT) as reply:
            assert reply.status == 200
        notebook = json.loads((tmp_path / "Welcome.ipynb").read_text())
        assert notebook["metadata"]["kernelspec"]["name"] == "pyspark-emr"
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 2, "the local account and JupyterLab"
        lab = next(one for one in family if "jupyterlab" in one.cmdline())
        assert token not in " ".join(lab.cmdline())
        environment = lab.environ()
        assert environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
        # The user's own account must not shine through.
        assert "AWS_PROFILE" not in environment
        assert "AWS_SESSION_TOKEN" not in environment
    finally:
        process.send_signal(how)
        code = process.wait(timeout=TIMEOUT)
    assert code == 0
    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_keeps_the_users_notebook(tmp_path: Path) -> None:
    (tmp_path / "Welcome.ipynb").write_text("mine")
    process = start_demo(tmp_path)
    try:
        assert process.stdout.readline()
    finally:
        process.terminate()
        process.wait(timeout=TIMEOUT)
    assert (tmp_path / "Welcome.ipynb").read_text() == "mine"
