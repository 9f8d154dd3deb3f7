"""What the kernel tests share: the echo kernel as a kernelspec, and cells that bind the real kernels to a cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo import Echo

ROOT = Path(__file__).resolve().parents[2]
NODE = os.environ.get("EMR_NODE", "node")


@pytest.fixture(scope="session")
def echo_spec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Bundles the echo engine into a kernel program of its own and installs its kernelspec `echo` for this run."""
    # Below the checkout, so that the bundle finds zeromq.
    program = ROOT / ".cache" / "kernel-echo" / "main.mjs"
    subprocess.run([NODE, str(ROOT / "tests" / "kernel" / "bundle.mjs"), str(program)], check=True)
    folder = tmp_path_factory.mktemp("jupyter")
    spec = folder / "kernels" / "echo"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        json.dumps(
            {
                "argv": [NODE, str(program), "{connection_file}"],
                "display_name": "Echo",
                "language": "echo",
                "interrupt_mode": "message",
                "metadata": {"supported_encryption": ["curve"]},
            }
        )
    )
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(folder), before]))
    yield folder
    if before is None:
        del os.environ["JUPYTER_PATH"]
    else:
        os.environ["JUPYTER_PATH"] = before


@pytest.fixture
def echo(echo_spec: Path) -> Iterator[type[Echo]]:
    """Starts echo kernels that are gone at the end of the test."""
    started: list[Echo] = []

    class Started(Echo):
        def __init__(self, **options) -> None:
            super().__init__(**options)
            started.append(self)

    yield Started
    for kernel in started:
        kernel.close()


@pytest.fixture(scope="session")
def emr_connect(request: pytest.FixtureRequest) -> Iterator[None]:
    """
    Sets `EMR_TEST_CONNECT`, JSON `{"cells": [...]}`: cells that bind a fresh kernel to a cluster. Where the caller has
    set it, that cluster is used; else the local account makes one.
    """
    if "EMR_TEST_CONNECT" in os.environ:
        yield
        return
    answer = request.getfixturevalue("account")
    sys.path.insert(0, str(ROOT / "tests" / "journey"))
    from harness import Account

    account = Account(answer)
    cluster = account.provision(answer["products"][0]["productId"], "conformance")
    line = f"%emr connect --cluster-id {cluster} --runtime-role {account.roles['analyst']}"
    os.environ["EMR_TEST_CONNECT"] = json.dumps({"cells": [line]})
    yield
    del os.environ["EMR_TEST_CONNECT"]
