"""Fixtures of the reattach tests: a Livy, the local account, kernels that are killed and restarted, pages on them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

for room in ("journey", "faults"):
    sys.path.append(str(Path(__file__).resolve().parents[1] / room))

from gate import Gate
from harness import Account, Notebook, notebooks
from livy.conftest import Livy, any_livy
from page import Page

MakeNotebook = Callable[..., Notebook]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def livy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Livy]:
    """The Livy of LIVY_URL or LIVY_HOME, else the local account's by itself."""
    with any_livy(tmp_path_factory.mktemp("reattach")) as running:
        yield running


@pytest.fixture
def gate(livy: Livy) -> Iterator[Gate]:
    one = Gate(livy.url)
    yield one
    one.close()


@pytest.fixture(scope="session")
def aws(account: dict) -> Account:
    return Account(account)


@pytest.fixture(scope="session")
def cluster(aws: Account) -> str:
    return aws.provision(aws.answer["products"][0]["productId"], "reattach")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site configuration for kernels without AWS. Its heartbeat outlives the restart of a kernel on a busy machine."""
    config = tmp_path_factory.mktemp("site") / "site.json"
    config.write_text(json.dumps({"heartbeatTimeoutSeconds": 120}))
    return config


@pytest.fixture
def notebook(site: Path) -> Iterator[MakeNotebook]:
    """Makes kernels that are shut down at the end of the test; `aws=True` with the account's own site configuration."""
    with notebooks() as new:

        def make(aws: bool = False) -> Notebook:
            config = os.environ["JUPYTERLAB_EMR_CONFIG"] if aws else str(site)
            return new(env={"JUPYTERLAB_EMR_CONFIG": config, "JUPYTERHUB_USER": "ana"})

        yield make


class Held:
    """Code that runs on the driver until the test lets it go, however long that takes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.code = f"import os, time\nwhile not os.path.exists({str(file)!r}): time.sleep(0.05)"

    def let_go(self) -> None:
        self._file.touch()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    one = Held(tmp_path / "let-go")
    yield one
    one.let_go()


@pytest.fixture
def open_page() -> Iterator[OpenPage]:
    """Opens pages that are closed at the end of the test."""
    opened: list[Page] = []

    def open_one(book: Notebook) -> Page:
        opened.append(Page(book.manager))
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()
