"""
Fixtures of the Python beside the kernel: kernels without a cluster, and one on a Livy (LIVY_URL, else ours) whose driver
has no pyarrow, as EMR's has none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "journey"))
sys.path.insert(0, str(Path(__file__).parent.parent))

from harness import Notebook, notebooks
from livy.conftest import URL, serve

#: A busy machine starts a driver in a minute or more.
START_SECONDS = 240


@pytest.fixture
def notebook() -> Iterator[Callable[..., Notebook]]:
    """Makes kernels that are shut down at the end of the test."""
    with notebooks() as make:
        yield make


@pytest.fixture(scope="session")
def livy_url(tmp_path_factory) -> Iterator[str]:
    if URL:
        yield URL.rstrip("/")
        return
    with serve(tmp_path_factory.mktemp("livy")) as livy:
        yield livy.url


@pytest.fixture(scope="session")
def connect(livy_url: str) -> Callable[..., Notebook]:
    """Makes a kernel with a session whose Python cannot import pyarrow."""

    def make(spec: str = "pyspark-emr", env: dict[str, str] | None = None) -> Notebook:
        book = Notebook(spec, env=env)
        try:
            book.ok(f"%emr connect --livy-url {livy_url} --auth-type None", timeout=START_SECONDS)
            book.ok("%%pyspark\nimport sys\nsys.modules['pyarrow'] = None", timeout=START_SECONDS)
        except BaseException:
            book.close()
            raise
        return book

    return make


@pytest.fixture(scope="session")
def spark(connect) -> Iterator[Notebook]:
    """One PySpark notebook for all tests that leave it in order."""
    book = connect()
    yield book
    book.close()


@pytest.fixture(scope="session")
def sparkmagic_home(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("sparkmagic")
    (folder / "config.json").write_text('{"default_maxrows": 3}')
    return str(folder)


def children(pid: int) -> list[int]:
    """Processes below ``pid``, from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
