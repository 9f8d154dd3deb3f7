"""What a statement of an earlier kernel gave stands in its cell as it would have stood without the break."""

from __future__ import annotations

from pathlib import Path

from conftest import MakeNotebook, OpenPage
from harness import Notebook
from livy.conftest import Livy, wait
from page import SECONDS, Page, texts
from test_reattach import bind, kill, own_session

MIXED = """
import os, sys, time
class Rich:
    def _repr_html_(self): return '<b>rich</b>'
    def __repr__(self): return 'plain'
print('one')
display(Rich())
print('two')
print('beware', file=sys.stderr)
while not os.path.exists({file!r}): time.sleep(0.05)
print('three')
{end}
"""

BEFORE = [
    ("stream", "stdout", "one\n"),
    ("display_data", "<b>rich</b>", "plain"),
    ("stream", "stdout", "two\nthree\n"),
]
STDERR = ("stream", "stderr", "beware\n")


def short(outputs: list[dict]) -> list[tuple]:
    """Type and content of outputs as nbformat has them."""
    told: list[tuple] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            told.append((kind, output["name"], output["text"]))
        elif kind == "error":
            told.append((kind, output["ename"]))
        else:
            told.append((kind, output["data"].get("text/html"), output["data"]["text/plain"]))
    return told


def restart(book: Notebook) -> None:
    book.manager.restart_kernel(now=False)
    book.client.wait_for_ready(timeout=60)


def taken_up(page: Page, code: str) -> dict | None:
    return next((one for one in page.missed() if one["code"].strip() == code.strip()), None)


def test_order(notebook: MakeNotebook, open_page: OpenPage, livy: Livy, tmp_path: Path) -> None:
    book = notebook()
    name = ["--session-name", "ana-order"]
    bind(book, livy.url, *name)
    session = own_session(book)
    ends = {
        "6 * 7": [*BEFORE, ("execute_result", None, "42"), STDERR],
        "1 / 0": [*BEFORE, STDERR, ("error", "ZeroDivisionError")],
    }
    for leave in (kill, restart):
        for end, expected in ends.items():
            file = tmp_path / f"{leave.__name__}-{end[0]}"
            code = MIXED.format(file=str(file), end=end)
            page = open_page(book)
            page.execute(code, "cell-a")
            number = page.until(lambda page=page: page.status.get("statement"))["id"]
            page.close()
            leave(book)
            said = bind(book, livy.url, *name)
            assert f"Found session {session} ana-order, still running statement {number}" in said
            page = open_page(book)
            running = taken_up(page, code)
            assert running and running["running"]
            file.touch()
            cell = wait(
                lambda page=page, code=code: (one := taken_up(page, code)) and not one["running"] and one,
                SECONDS,
            )
            assert short(cell["outputs"]) == expected
            if end == "1 / 0":
                assert any("---> 12" in line for line in cell["outputs"][-1]["traceback"]), texts(cell)

            # The same once more by its number, here as outputs of a cell.
            again = page.execute(f"%emr result {number}", "cell-b")
            page.reply(again)
            (shown,) = [one for one in page.missed() if one["execution"] == again]
            assert short(shown["outputs"]) == expected
            page.call("session.seen", executions=[one["execution"] for one in page.missed()])
            page.close()
