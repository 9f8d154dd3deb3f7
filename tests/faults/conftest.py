"""Fixtures of the fault tests: a Livy, doors in front of it that fail on purpose, kernels."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "journey"))

from door import Door
from harness import Account, Notebook
from livy.conftest import Livy, any_livy

MakeNotebook = Callable[..., Notebook]


@pytest.fixture(scope="session")
def livy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Livy]:
    """The Livy of LIVY_URL or LIVY_HOME, else the local account's by itself, for all tests that leave it running."""
    with any_livy(tmp_path_factory.mktemp("faults"), {"retainedSessionMs": 600_000}) as running:
        yield running


@pytest.fixture(scope="session")
def make_notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeNotebook]:
    """Makes kernels, with a site configuration where one is given, that are shut down at the end of the run."""
    made: list[Notebook] = []
    folder = tmp_path_factory.mktemp("sites")
    lock = threading.Lock()

    def make(site: dict | None = None, env: dict[str, str] | None = None) -> Notebook:
        with lock:
            config = folder / f"site-{len(list(folder.iterdir()))}.json"
            config.write_text(json.dumps(site or {}))
        # A runtime folder of the tests' own: no kernel of the user's hears of these sessions.
        own = {"JUPYTERLAB_EMR_CONFIG": str(config), "JUPYTER_RUNTIME_DIR": str(folder)}
        book = Notebook(env={**own, **(env or {})})
        made.append(book)
        return book

    yield make
    for book in made:
        book.close()


@pytest.fixture
def door(livy: Livy) -> Iterator[Door]:
    one = Door(livy.url)
    yield one
    one.close()


@pytest.fixture(scope="session")
def aws(account: dict) -> Account:
    return Account(account)


@pytest.fixture(scope="session")
def cluster(aws: Account) -> str:
    return aws.provision(aws.answer["products"][0]["productId"], "faults")


class Slow:
    """Stories that mostly wait: they run beside the other tests, and are asserted where their test stands."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(8)
        self._running: dict[str, Future] = {}

    def start(self, name: str, story: Callable[[], object]) -> None:
        self._running[name] = self._pool.submit(story)

    def result(self, name: str) -> object:
        return self._running[name].result(240)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


@pytest.fixture(scope="session")
def slow() -> Iterator[Slow]:
    one = Slow()
    yield one
    one.close()


@pytest.fixture(scope="session", autouse=True)
def stories(
    request: pytest.FixtureRequest,
    slow: Slow,
    livy: Livy,
    make_notebook: MakeNotebook,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Starts them first where any of them is asked for."""
    files = {item.path.name for item in request.session.items}
    if "test_slow_crowd.py" in files:
        from test_slow_crowd import gather

        slow.start("crowd", partial(gather, tmp_path_factory.mktemp("crowd")))
    if "test_slow.py" not in files:
        return
    import stories as told

    folder = tmp_path_factory.mktemp("idle")
    slow.start("503 for a minute", lambda: told.outage(livy, make_notebook))
    slow.start("short-lived credentials", lambda: told.clocks(make_notebook))
    slow.start("idle limit", lambda: told.idle_limit(folder, make_notebook))
    for method, path in (("POST", told.STATEMENTS), ("GET", told.STATEMENT)):
        slow.start(f"{method} without an answer", partial(told.silence, livy, make_notebook, method, path))
