"""Processes are killed under a cell: the cell says what died, and what is left is nothing."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import MakeNotebook
from livy.conftest import HOME, URL, Livy, alive, descendants, serve, wait
from livy.real import RealServer
from support import Beside, bind, own_session


@pytest.fixture
def own_livy(tmp_path: Path) -> Iterator[tuple[Livy, Callable[[], Livy]]]:
    """A Livy to be killed, and what starts it anew on its port."""
    if HOME:
        server = RealServer(HOME, tmp_path)

        def start() -> Livy:
            server.start()
            return Livy(server.url, server.process.pid)

        try:
            yield start(), start
        finally:
            server.stop()
        return
    with ExitStack() as stack:
        livy = stack.enter_context(serve(tmp_path))
        port = livy.url.rsplit(":", 1)[1]
        yield livy, lambda: stack.enter_context(serve(tmp_path, "--port", port))


def test_livy_killed_mid_statement_and_restarted(own_livy, make_notebook: MakeNotebook) -> None:
    livy, restart = own_livy
    book = make_notebook()
    session = bind(book, livy.url)
    cell = Beside(book, "import time; time.sleep(100)").wait_running()
    drivers = descendants(livy.pid)
    assert drivers
    os.kill(livy.pid, signal.SIGKILL)
    wait(lambda: not alive(livy.pid), 10)
    anew = restart()
    error = cell.result().error
    assert f"Session {session} has ended" in error
    assert "Livy was started anew" in error
    assert "%emr connect" in error
    assert re.search("State: +ended", book.ok("%emr status").text)
    # Nothing is left: neither a driver without a Livy, nor a half-made session on the new one.
    # A real Livy's driver waits for the server's return, a minute as we set it.
    wait(lambda: not [pid for pid in drivers if alive(pid)], 150 if HOME else 30)
    assert anew.get("/sessions")["sessions"] == []
    bind(book, anew.url)
    assert "42" in book.ok("6 * 7").text
    book.ok("%emr disconnect")


@pytest.mark.skipif(bool(URL), reason="its driver's processes are not below ours")
def test_driver_killed(livy: Livy, make_notebook: MakeNotebook) -> None:
    book = make_notebook()
    before = set(descendants(livy.pid))
    session = bind(book, livy.url)
    mine = set(descendants(livy.pid)) - before
    cell = Beside(book, "import time; time.sleep(100)").wait_running()
    for pid in mine:
        os.kill(pid, signal.SIGKILL)
    error = cell.result().error
    assert re.search(rf"Session {session} is dead: its driver was killed from outside: .*SIGKILL", error), (
        error
    )
    assert "%emr connect" in error
    assert re.search("State: +lost", book.ok("%emr status").text)
    assert "SIGKILL" in book.ok("%%logs").text
    assert bind(book, livy.url) != session
    assert "42" in book.ok("6 * 7").text
    # The dead one is deleted, the new one goes with its kernel.
    assert livy.call("GET", f"/sessions/{session}").status_code == 404
    second = own_session(book)
    book.close()
    wait(lambda: livy.call("GET", f"/sessions/{second}").status_code == 404, 20)
