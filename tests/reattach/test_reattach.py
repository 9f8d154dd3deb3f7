"""A kernel that comes after another finds the notebook's session, and what ran there comes into its cell."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

import pytest
from conftest import Held, MakeNotebook, OpenPage
from harness import Account, Notebook
from livy.conftest import Livy, wait
from page import SECONDS, Page, texts

LONG = "kept = 'of old'\nprint('begun')\n{held}\n6 * 7"
ENDLESS = "sc.parallelize(range(2), 2).map(lambda _: __import__('time').sleep(300)).count()"


def kill(book: Notebook) -> None:
    """SIGKILL, then another kernel at the same place, as Jupyter Server restarts one that died."""
    os.kill(book.pid, signal.SIGKILL)
    book.manager.restart_kernel(now=True)
    book.client.wait_for_ready(timeout=60)


def bind(book: Notebook, url: str, *more: str) -> str:
    line = f"%emr connect --livy-url {url} --auth-type None"
    return book.ok(" ".join([line, *more]), timeout=SECONDS).text


def own_session(book: Notebook) -> int:
    return int(re.search(r"Session: +(\d+) ", book.ok("%emr status").text).group(1))


def numbers(livy: Livy) -> list[int]:
    return [one["id"] for one in livy.get("/sessions")["sessions"]]


def stored(page: Page) -> dict:
    """What a page writes into the notebook while a statement runs."""
    status = page.until(lambda: page.status.get("statement") and page.status)
    statement = status["statement"]
    return {**status["binding"], "statement": statement["id"], "statementCell": statement.get("cellId")}


class ClusterLivy:
    """Livy of a cluster, as the owner of a role's sessions sees it."""

    def __init__(self, aws: Account, cluster: str, role: str) -> None:
        emr = aws.client("emr")
        described = emr.describe_cluster(ClusterId=cluster)["Cluster"]
        properties = next(
            conf["Properties"]
            for conf in described["Configurations"]
            if conf["Classification"] == "livy-conf"
        )
        basic = emr.get_cluster_session_credentials(ClusterId=cluster, ExecutionRoleArn=aws.roles[role])
        pair = basic["Credentials"]["UsernamePassword"]
        livy = Livy(
            f"https://{described['MasterPublicDnsName']}:{properties['livy.server.port']}",
            auth=(pair["Username"], pair["Password"]),
            verify=aws.answer["ca"],
        )
        self.livy = livy


@pytest.fixture
def connected(
    notebook: MakeNotebook, open_page: OpenPage, aws: Account, cluster: str
) -> Callable[..., tuple[Notebook, Page, Livy]]:
    """A kernel on the cluster with a page on it, and Livy as its user sees it."""

    def make() -> tuple[Notebook, Page, Livy]:
        book = notebook(aws=True)
        page = open_page(book)
        line = f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}"
        assert page.reply(page.execute(line, "cell-connect"))["status"] == "ok"
        return book, page, ClusterLivy(aws, cluster, "analyst").livy

    return make


def test_killed_restarted_gone(
    connected, open_page: OpenPage, aws: Account, cluster: str, held: Held
) -> None:
    """One session through a SIGKILL, a restart, an interrupt of what was taken up, and its end."""
    book, page, livy = connected()
    session = page.status["sessionId"]

    # SIGKILL mid-cell: its result comes into its cell, and it ran once.
    page.execute(LONG.format(held=held.code), "cell-a")
    binding = stored(page)
    assert binding["statementCell"] == "cell-a"
    page.close()
    kill(book)
    page = open_page(book)
    page.call("session.offer", binding=binding, auto=True)
    status = page.until(lambda: page.status.get("found") and page.status)
    assert (status["state"], status["sessionId"]) == ("busy", session)
    assert status["statement"]["id"] == binding["statement"]
    assert status["statement"]["cellId"] == "cell-a"
    assert f"Found session {session} " in status["found"]
    assert "still running" in status["found"]
    # A cell that is run meanwhile waits for it.
    behind = page.execute("kept", "cell-b")
    held.let_go()
    (cell,) = [page.until(lambda: next((one for one in page.events("cell") if not one["running"]), None))]
    assert (cell["cellId"], cell["executionCount"]) == ("cell-a", None)
    assert "begun" in texts(cell)
    assert "42" in texts(cell)
    assert "Running" not in texts(cell)
    assert page.reply(behind)["status"] == "ok"
    assert "of old" in page.visible(behind)
    codes = [one["code"] for one in livy.get(f"/sessions/{session}/statements")["statements"]]
    assert sum(held.code in code for code in codes) == 1
    # Told until a page says that it has seen them.
    told = [one["execution"] for one in page.missed()]
    assert cell["execution"] in told
    page.call("session.seen", executions=told)
    assert page.missed() == []

    # A restart keeps the session and what runs on it; an interrupt reaches what was taken up.
    page.execute(ENDLESS, "cell-c")
    binding = stored(page)
    page.close()
    book.manager.restart_kernel(now=False)
    book.client.wait_for_ready(timeout=60)
    page = open_page(book)
    page.call("session.offer", binding=binding, auto=True)
    page.until(lambda: page.status["state"] == "busy")
    assert page.status["sessionId"] == session
    book.interrupt()
    cell = page.until(lambda: next((one for one in page.events("cell") if not one["running"]), None))
    assert "KeyboardInterrupt" in texts(cell)
    page.until(lambda: page.status["state"] == "idle")

    # Another notebook's kernel ended it: it is said to be gone, and the next cell starts a new one.
    page.close()
    kill(book)
    livy.call("DELETE", f"/sessions/{session}")
    page = open_page(book)
    page.call("session.offer", binding=binding, auto=True)
    page.until(lambda: "is gone" in page.status.get("found", ""))
    assert page.status["state"] == "disconnected"
    again = page.execute("1 + 1", "cell-d")
    assert page.reply(again)["status"] == "ok"
    assert re.search(r"is gone.* is new", page.status["found"])
    assert page.status["sessionId"] != session

    # --fresh ends the one that the notebook has.
    session, binding = page.status["sessionId"], page.status["binding"]
    page.close()
    kill(book)
    page = open_page(book)
    page.call("session.offer", binding=binding, auto=False)
    line = f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']} --fresh"
    assert page.reply(page.execute(line, "cell-e"))["status"] == "ok"
    assert page.status["sessionId"] != session
    assert session not in numbers(livy)
    # A plain end takes it along.
    session = page.status["sessionId"]
    book.close()
    wait(lambda: session not in numbers(livy), 30)


def test_somebody_elses_is_refused(notebook: MakeNotebook, aws: Account, cluster: str) -> None:
    other = next(role for role in aws.roles if role != "analyst")
    theirs = ClusterLivy(aws, cluster, other).livy
    session = theirs.create(name="ana-prices-12ab")
    try:
        line = f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}"
        error = notebook(aws=True).run(f"{line} --session-name ana-prices-12ab", timeout=SECONDS).error
        assert "SessionNameTaken" in error
        assert f"session {session}" in error
        assert session in numbers(theirs)
    finally:
        theirs.call("DELETE", f"/sessions/{session}")


def test_headless(notebook: MakeNotebook, livy: Livy, held: Held) -> None:
    """Without a page: the same words find the session again, and `%emr result` gives what was missed."""
    book = notebook()
    bind(book, livy.url, "--session-name ana-headless", "--keep")
    session = own_session(book)
    assert livy.get(f"/sessions/{session}")["heartbeatTimeoutInSecond"] == 0
    book.client.execute(LONG.format(held=held.code))

    def running() -> list[int]:
        statements = livy.get(f"/sessions/{session}/statements")["statements"]
        return [one["id"] for one in statements if held.code in one["code"]]

    (number,) = wait(running, SECONDS)
    # A plain end: what the user wants to keep goes on.
    book.manager.shutdown_kernel()
    # A real Livy shows it once its Python is up, which the first statement starts.
    wait(lambda: livy.get(f"/sessions/{session}")["state"] == "busy", SECONDS)

    book = notebook()
    said = bind(book, livy.url, "--session-name ana-headless", "--keep")
    assert f"Found session {session} ana-headless, still running statement {number}" in said
    assert f"%emr result {number}" in said
    held.let_go()
    result = book.ok(f"%emr result {number}", timeout=SECONDS)
    assert "begun" in result.text
    assert "42" in result.text
    assert "of old" in book.ok("kept").text
    listed = book.ok("%emr result").text
    assert "done" in listed
    assert "kept = 'of old'" in listed
    assert "does not know statement 99" in book.run("%emr result 99").error
    # The same words once more change nothing.
    assert f"session {session} " in bind(book, livy.url)
    # An explicit end is one, kept or not.
    book.ok("%emr disconnect")
    assert session not in numbers(livy)


def test_page_that_was_closed_for_the_length_of_a_cell(notebook: MakeNotebook, open_page: OpenPage) -> None:
    """What a cell put out while nobody listened is told to the page that comes, as a notebook would hold it."""
    book = notebook()
    page = open_page(book)
    execution = page.execute("%emr help connect\n%emr nonsense", "cell-a")
    page.close()
    page = open_page(book)
    cell = wait(lambda: next((one for one in page.missed() if not one["running"]), None), SECONDS)
    assert (cell["execution"], cell["cellId"], cell["executionCount"]) == (execution, "cell-a", 1)
    assert [output["output_type"] for output in cell["outputs"]] == ["error"]
    assert "nonsense" in texts(cell)
    # A newer run of the cell supersedes it.
    newer = page.execute("%emr status", "cell-a")
    page.reply(newer)
    assert [one["execution"] for one in page.missed()] == [newer]
    page.call("session.seen", executions=[newer])
    assert page.missed() == []
