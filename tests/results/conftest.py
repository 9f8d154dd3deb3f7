"""One Livy of ours and one PySpark notebook on it, for all tests of results; no AWS is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "journey"))

from harness import Notebook


@pytest.fixture(scope="session")
def livy(tmp_path_factory) -> Iterator[str]:
    """Its URL."""
    named = os.environ.get("LIVY_URL")
    if named:
        yield named
        return
    command = [
        os.environ.get("EMR_NODE", "node"),
        str(ROOT / "jupyterlab_emr" / "node" / "local" / "livy.mjs"),
        *("--port", "0", "--python", sys.executable, "--work-dir", str(tmp_path_factory.mktemp("livy"))),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def book(livy: str) -> Iterator[Notebook]:
    # Other tests may keep the machine busy: here an error waits for its cause.
    notebook = Notebook(env={"JUPYTERLAB_EMR_CAUSE_SECONDS": "60"})
    notebook.ok(f"%emr connect --livy-url {livy} --auth-type None")
    yield notebook
    notebook.close()
