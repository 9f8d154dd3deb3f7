"""A cluster with Kerberos: the peer's line, a kernel that dies, a ticket that ends."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import run_cluster
from harness import Account, Notebook

for room in ("reattach", "faults"):
    sys.path.append(str(Path(__file__).parent.parent / room))

from page import Page, texts
from support import shown
from test_kerberos import Realm, pytestmark, realm  # noqa: F401

from tests.conftest import start_account, stop_account


@pytest.fixture(scope="module")
def kerberos(realm: Realm) -> Iterator[tuple[Account, str]]:  # noqa: F811
    """An account whose clusters ask for tickets, and a cluster of it."""
    before = dict(os.environ)
    os.environ.update({"KRB5_CONFIG": realm.env["KRB5_CONFIG"], "KRB5_KTNAME": str(realm.keytab)})
    try:
        process, answer = start_account("--livy", str(Path(__file__).with_name("kerberos_livy.mjs")))
    finally:
        os.environ.clear()
        os.environ.update(before)
    try:
        aws = Account(answer)
        yield aws, run_cluster(aws, "kerberos", {"livy.server.auth.type": "kerberos"})
    finally:
        stop_account(process)


def kill(book: Notebook) -> None:
    os.kill(book.pid, signal.SIGKILL)
    book.manager.restart_kernel(now=True)
    book.client.wait_for_ready(timeout=60)


def test_a_session_behind_a_ticket(notebook, kerberos, realm: Realm, tmp_path: Path) -> None:  # noqa: F811
    """One session: connected by the peer's line, found again after a SIGKILL, kept through a ticket that ends."""
    aws, cluster = kerberos
    realm.kinit()
    env = {**realm.env, **aws.answer["env"], "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    book = notebook(env=env)
    refused = book.run(f"%sm_analytics emr connect --cluster-id {cluster} --auth-type None").error
    assert "authenticates by Kerberos" in refused
    page = Page(book.manager)
    line = f"%sm_analytics emr connect --cluster-id {cluster} --auth-type Kerberos --language python"
    connected = page.execute(line, "cell-a")
    assert page.reply(connected)["status"] == "ok", page.visible(connected)
    assert '"success": true' in page.visible(connected)
    session = page.status["sessionId"]
    page.execute("import time\nkept = 'of old'\ntime.sleep(12)\n'delivered'", "cell-b")
    status = page.until(lambda: page.status.get("statement") and page.status)
    binding = {**status["binding"], "statement": status["statement"]["id"], "statementCell": "cell-b"}
    assert binding["authType"] == "Kerberos"
    page.close()
    kill(book)

    page = Page(book.manager)
    page.call("session.offer", binding=binding, auto=False, look=True)
    cell = page.until(lambda: next((one for one in page.events("cell") if not one["running"]), None))
    assert (cell["cellId"], page.status["sessionId"]) == ("cell-b", session)
    assert "delivered" in texts(cell)
    page.close()

    # The ticket ends under a cell, and the cookie that it gave: the cell says so and goes on with the next ticket.
    realm.run("kdestroy")
    result = book.run(
        "import time; time.sleep(10); kept",
        when=lambda so_far: "kinit" in shown(so_far),
        then=realm.kinit,
    )
    assert result.status == "ok", result.error
    assert "of old" in result.text
    assert "no valid Kerberos ticket" in shown(result)
    assert f"session {session} " in book.ok(line).text
    book.ok("%emr disconnect")
