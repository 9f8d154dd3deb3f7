"""The connection to Livy fails: nothing is run twice, nothing is lost, and the cell says what is going on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from conftest import MakeNotebook
from door import Door
from harness import Notebook
from livy.conftest import Livy
from support import bind, own_session, shown

STATEMENTS = r"/sessions/\d+/statements"
STATEMENT = r"/sessions/\d+/statements/\d+"


@pytest.fixture(scope="module")
def bound(livy: Livy, make_notebook: MakeNotebook) -> Iterator[tuple[Notebook, Door]]:
    """One notebook behind a door of its own, for the tests that leave its session in order."""
    door = Door(livy.url)
    book = make_notebook()
    bind(book, door.url)
    book.ok("runs = 0")
    yield book, door
    book.ok("%emr disconnect")
    book.close()
    door.close()


@pytest.fixture
def book(bound: tuple[Notebook, Door]) -> Iterator[Notebook]:
    yield bound[0]
    bound[1].mend()


@pytest.fixture
def faulty(bound: tuple[Notebook, Door]) -> Door:
    return bound[1]


def runs(book: Notebook) -> int:
    # Not its text: on a Livy that takes its time, seconds of the progress stand there as well.
    (value,) = [
        message["content"]["data"]["text/plain"]
        for message in book.ok("runs").outputs
        if message["msg_type"] == "execute_result"
    ]
    return int(value)


def test_few_requests_start_a_session(bound: tuple[Notebook, Door]) -> None:
    """Polls of the starting session aside. All that came before the first statement was the start."""
    asked = [(one.method, one.path) for one in bound[1].seen]
    start = asked[: next(at for at, (_, path) in enumerate(asked) if re.fullmatch(STATEMENTS, path))]
    assert ("POST", "/sessions") in start
    polls = re.compile(r"/sessions/\d+(/connect)?")  # a start that takes long is kept alive, too
    assert len([one for one in start if not polls.fullmatch(one[1])]) <= 4, start


@pytest.mark.parametrize("how", ["reset-before", "reset-after", "502", "504"])
def test_statement_whose_post_was_reset_runs_once(book: Notebook, faulty: Door, livy: Livy, how: str) -> None:
    before = runs(book)
    fault = faulty.fault("POST", STATEMENTS, how)
    result = book.ok(f"runs += 1\nprint('done after {how}')")
    assert fault.met.is_set()
    assert f"done after {how}" in result.text
    statements = livy.get(f"/sessions/{own_session(book)}/statements")["statements"]
    assert sum(f"done after {how}" in one["code"] for one in statements) == 1
    assert runs(book) == before + 1


@pytest.mark.parametrize("how", ["reset-after", "503", "500"])
def test_looks_that_fail_are_repeated(book: Notebook, faulty: Door, how: str) -> None:
    fault = faulty.fault("GET", STATEMENT, how, times=3)
    assert "'slept'" in book.ok("import time; time.sleep(0.5); 'slept'").text
    assert fault.times == 0


@pytest.mark.parametrize("how", ["reset-before", "reset-after"])
def test_session_whose_post_was_reset_is_made_once(
    door: Door, livy: Livy, make_notebook: MakeNotebook, how: str
) -> None:
    before = {one["id"] for one in livy.get("/sessions")["sessions"]}
    fault = door.fault("POST", "/sessions", how)
    book = make_notebook()
    session = bind(book, door.url)
    assert fault.met.is_set()
    made = {one["id"] for one in livy.get("/sessions")["sessions"]} - before
    assert made == {session}
    book.ok("%emr disconnect")
    assert livy.call("GET", f"/sessions/{session}").status_code == 404


def test_interrupt_while_livy_is_away(book: Notebook, faulty: Door) -> None:
    """The kernel does not wait for a Livy that does not answer."""
    outage = faulty.fault("*", ".*", 503, times=float("inf"))
    result = book.run(
        "'never seen'", when=lambda so_far: "Trying again" in shown(so_far), then=book.interrupt
    )
    assert outage.met.is_set()
    assert result.reply["ename"] == "KeyboardInterrupt"
    faulty.mend()
    assert "'back'" in book.ok("'back'").text
