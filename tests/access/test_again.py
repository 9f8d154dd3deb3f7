"""The way in is kept with the notebook: a kernel that comes after another reaches its session by the same one."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from harness import Account, Notebook

sys.path.append(str(Path(__file__).parent.parent / "reattach"))

from page import Page


@pytest.fixture
def open_page():
    opened: list[Page] = []

    def open_one(book: Notebook) -> Page:
        opened.append(Page(book.manager))
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()


def kill(book: Notebook) -> None:
    os.kill(book.pid, signal.SIGKILL)
    book.manager.restart_kernel(now=True)
    book.client.wait_for_ready(timeout=60)


def test_a_secret_finds_the_session_again(
    notebook, open_page, aws: Account, ldap_cluster: str, tmp_path
) -> None:
    here = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "here"), "JUPYTERHUB_USER": "livy-user"}
    Path(here["JUPYTER_RUNTIME_DIR"]).mkdir()
    book = notebook(env=here)
    page = open_page(book)
    line = f"%emr connect --cluster-id {ldap_cluster} --auth-type Basic_Access --secret emr/livy-user"
    assert page.reply(page.execute(line, "cell-a"))["status"] == "ok"
    assert page.reply(page.execute("kept = 'of old'", "cell-b"))["status"] == "ok"
    binding, session = page.status["binding"], page.status["sessionId"]
    assert binding["authType"] == "Basic_Access"
    assert binding["secret"] == "emr/livy-user"
    page.close()
    kill(book)

    # By itself, on the host that bound it.
    page = open_page(book)
    page.call("session.offer", binding=binding, auto=False, look=True)
    page.until(lambda: page.status["state"] == "idle")
    assert page.status["sessionId"] == session
    behind = page.execute("kept", "cell-c")
    assert page.reply(behind)["status"] == "ok"
    assert "of old" in page.visible(behind)
    page.close()
    kill(book)

    # Elsewhere by two words of a person, and not without.
    there = {**here, "JUPYTER_RUNTIME_DIR": str(tmp_path / "there")}
    other = notebook(env=there)
    page = open_page(other)
    aws.control("DELETE", "calls")
    page.call("session.offer", binding=binding, auto=True, look=True)
    refused = page.execute("kept", "cell-d")
    assert page.reply(refused)["ename"] == "NotConnected"
    assert "--auth-type Basic_Access --secret emr/livy-user" in page.visible(refused)
    assert not [one for one in aws.control("GET", "calls") if one["service"] == "secretsmanager"]
    assert page.reply(page.execute("%emr connect", "cell-e"))["status"] == "ok"
    assert page.status["sessionId"] == session
    page.execute("%emr disconnect", "cell-f")
    page.until(lambda: page.status["state"] == "disconnected")
    said = "".join(str(message["content"]) for message in page.messages)
    assert "emrlocalsecret" not in said
    assert "emrlocalsecret" not in "".join(file.read_text() for file in tmp_path.rglob("*.json"))
