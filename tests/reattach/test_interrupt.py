"""Interrupts that tell the truth, at every phase of a start-up too; cells that wait and their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from conftest import Held, MakeNotebook, OpenPage
from gate import Gate
from harness import Notebook
from livy.conftest import Livy, wait
from page import SECONDS, Page

ENDLESS = "sc.parallelize(range(2), 2).map(lambda _: __import__('time').sleep(300)).count()"
PROGRESS = "application/vnd.jupyterlab-emr.progress.v1+json"


@pytest.fixture(scope="module")
def book(site, livy: Livy) -> Iterator[Notebook]:
    """One bound notebook for the tests that leave its session in order."""
    one = Notebook(env={"JUPYTERLAB_EMR_CONFIG": str(site), "JUPYTERHUB_USER": "ana"})
    one.ok(f"%emr connect --livy-url {livy.url} --auth-type None", timeout=SECONDS)
    yield one
    one.close()


@pytest.fixture
def page(book: Notebook, open_page: OpenPage) -> Page:
    return open_page(book)


def sessions(livy: Livy) -> set[int]:
    return {one["id"] for one in livy.get("/sessions")["sessions"]}


def test_spark_job(book: Notebook, page: Page) -> None:
    cell = page.execute(ENDLESS, "a")
    page.until(lambda: "Running" in page.visible(cell))
    book.interrupt()
    assert page.reply(cell)["ename"] == "KeyboardInterrupt"
    assert "session goes on" in page.visible(cell)
    assert page.status["state"] == "idle"


def test_driver_code_goes_on_and_a_second_interrupt_stops_the_waiting(
    book: Notebook, page: Page, held: Held
) -> None:
    cell = page.execute(f"{held.code}\nslept = True", "a")
    page.until(lambda: "Running" in page.visible(cell))
    book.interrupt()
    # The two choices, in words and as a button.
    page.until(lambda: "The driver goes on" in page.visible(cell))
    assert "%emr disconnect" in page.visible(cell)
    html = next(
        one["content"]["data"]["text/html"]
        for one in reversed(page.of(cell))
        if "text/html" in one["content"].get("data", {})
    )
    assert 'data-commandlinker-command="emr:disconnect"' in html
    book.interrupt()
    assert page.reply(cell)["ename"] == "DriverStillBusy"
    # Nothing of the progress is left beside the error, and the status tells the truth.
    page.until(lambda: "DriverStillBusy" in page.visible(cell))
    assert "Wait for its end" not in page.visible(cell), [one["msg_type"] for one in page.of(cell)]
    assert page.until(lambda: page.status.get("statement", {}).get("interrupted"))
    assert page.status["state"] == "busy"
    following = page.execute("slept", "b")
    page.until(lambda: "Waiting: the driver is still busy with statement" in page.visible(following))
    held.let_go()
    assert page.reply(following)["status"] == "ok"
    assert page.visible(following) == "True"
    assert page.status["state"] == "idle"


def test_ending_the_session_ends_what_the_driver_does(
    notebook: MakeNotebook, open_page: OpenPage, livy: Livy
) -> None:
    """The button of the display, while its cell still waits."""
    book = notebook()
    book.ok(f"%emr connect --livy-url {livy.url} --auth-type None", timeout=SECONDS)
    page = open_page(book)
    cell = page.execute("import time; time.sleep(300)", "a")
    page.until(lambda: "Running" in page.visible(cell))
    book.interrupt()
    page.until(lambda: "The driver goes on" in page.visible(cell))
    before = sessions(livy)
    assert page.call("session.disconnect")["state"] == "disconnected"
    assert page.reply(cell)["ename"] == "SessionEnded"
    assert "ended from this notebook" in page.visible(cell)
    assert len(before - sessions(livy)) == 1


@pytest.mark.parametrize(
    "phase",
    [("GET", "/version"), ("POST", "/sessions"), ("GET", r"/sessions/\d+")],
    ids=["before the POST", "POST under way", "starting"],
)
def test_start_up_leaves_no_session(
    notebook: MakeNotebook, open_page: OpenPage, livy: Livy, gate: Gate, phase: tuple[str, str]
) -> None:
    before = sessions(livy)
    held = gate.hold(*phase)
    book = notebook()
    page = open_page(book)
    cell = page.execute(f"%emr connect --livy-url {gate.url} --auth-type None", "a")
    assert held.met.wait(SECONDS)
    book.interrupt()
    # The user is let go while Livy has not answered.
    assert page.reply(cell)["ename"] == "KeyboardInterrupt"
    held.let_go()
    wait(lambda: gate.count("DELETE", r"/sessions/\d+") == gate.count("POST", "/sessions"), 60)
    wait(lambda: sessions(livy) <= before, 60)
    assert page.status["state"] == "disconnected"
    assert "sessionId" not in page.status


def test_places_of_three_cells_that_wait(book: Notebook, page: Page, held: Held) -> None:
    first = page.execute(held.code, "a")
    page.until(lambda: first in [one["parent_header"].get("msg_id") for one in page.messages])
    rest = [page.execute(f"{number} * 10", f"cell-{number}") for number in (1, 2, 3)]
    places = [f"Waiting: {place} of 3, behind cell [" for place in ("1st", "2nd", "3rd")]
    for execution, place in zip(rest, places, strict=True):
        page.until(lambda execution=execution, place=place: place in page.visible(execution))
    assert PROGRESS in page.of(rest[0])[0]["content"]["data"]
    held.let_go()
    for number, execution in enumerate(rest, 1):
        assert page.reply(execution)["status"] == "ok"
        # In the saved notebook there is no trace of it.
        assert page.visible(execution) == str(number * 10)
        (kept,) = [one for one in page.missed() if one["execution"] == execution]
        assert [output["output_type"] for output in kept["outputs"]] == ["execute_result"]


def test_an_error_drops_the_rest_and_their_places(book: Notebook, page: Page, held: Held) -> None:
    first = page.execute(f"{held.code}\n1/0", "a")
    rest = [page.execute("print('must not run')", f"cell-{number}") for number in (1, 2)]
    page.until(lambda: re.search("2nd of 2", page.visible(rest[1])))
    held.let_go()
    assert page.reply(first)["status"] == "error"
    for execution in rest:
        assert page.reply(execution)["status"] == "aborted"
        page.until(lambda execution=execution: page.visible(execution) == "")


def test_an_interrupt_drops_the_rest(book: Notebook, page: Page) -> None:
    first = page.execute(ENDLESS, "a")
    second = page.execute("print('must not run')", "b")
    page.until(lambda: "Running" in page.visible(first))
    book.interrupt()
    assert page.reply(first)["ename"] == "KeyboardInterrupt"
    assert page.reply(second)["status"] == "aborted"
    assert page.visible(second) == ""


def test_what_is_asked_while_typing_holds_no_cell_up(book: Notebook, page: Page) -> None:
    """A completion that hangs on the driver gives way to a cell."""
    slow = (
        "class Slow:\n    def __dir__(self):\n"
        "        sc.parallelize(range(2), 2).map(lambda _: __import__('time').sleep(300)).count()\n"
        "        return []\nslow = Slow()"
    )
    assert page.reply(page.execute(slow, "a"))["status"] == "ok"
    page.client.complete("slow.x")
    cell = page.execute("6 * 7", "b")
    assert page.reply(cell)["status"] == "ok"
    assert page.visible(cell) == "42"
