"""What the Python tests share: one local account, the kernels of the installed wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NODE = os.environ.get("EMR_NODE", "node")


def start_account(*arguments: str, speed: int = 100) -> tuple[subprocess.Popen, dict]:
    """A local account of its own: the process and the JSON that it answered."""
    process = subprocess.Popen(
        [
            NODE,
            str(ROOT / "jupyterlab_emr" / "node" / "local" / "main.mjs"),
            "--python",
            sys.executable,
            "--speed",
            str(speed),
            "--parent",
            str(os.getpid()),
            *arguments,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    assert line, f"the local account ended with {process.wait()}"
    return process, json.loads(line)


def stop_account(process: subprocess.Popen) -> None:
    """End it as `npm run local` is ended; it must go within its own time."""
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture(scope="session")
def account() -> Iterator[dict]:
    """The local account of this run; its environment is set for the kernels that the tests start."""
    process, answer = start_account()
    before = dict(os.environ)
    os.environ.update(answer["env"])
    try:
        yield answer
    finally:
        os.environ.clear()
        os.environ.update(before)
        stop_account(process)
