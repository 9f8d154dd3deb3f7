"""An interrupt that strikes ipykernel itself, between the code's end and its reply: that reply is never sent."""

from __future__ import annotations

import threading
from pathlib import Path

from harness import Notebook
from livy.conftest import wait

#: In the child's own kernel: the next reply of a cell of which {when} is true waits until an interrupt comes.
FAULT = """%%local
import pathlib, time
_kernel = get_ipython().kernel
_send = _kernel.session.send
def _strike(stream, message, *args, **options):
    if message == 'execute_reply' and ({when}):
        _kernel.session.send = _send
        pathlib.Path({file!r}).touch()
        time.sleep(300)
    return _send(stream, message, *args, **options)
_kernel.session.send = _strike
"""


def struck(book: Notebook, cell: str, file: Path) -> str:
    """The error of a cell that is interrupted when its reply is about to be sent."""

    def strike() -> None:
        wait(file.exists, 120)
        book.interrupt()

    thread = threading.Thread(target=strike)
    thread.start()
    error = book.run(cell, timeout=120).error
    thread.join()
    return error


def test_of_a_local_cell(notebook, tmp_path: Path) -> None:
    book = notebook()
    file = tmp_path / "at-the-border"
    book.ok(FAULT.format(when="'ended' in globals()", file=str(file)))
    assert "KeyboardInterrupt" in struck(book, "%%local\nended = True", file)
    assert book.ok("%%local\nended, 6 * 7", timeout=60).text == "(True, 42)"
    # Where the reply comes, it is waited for: nothing was left over for the next one.
    assert book.ok("%%local\nprint('again')", timeout=60).text == "again\n"


def test_of_a_data_frame_that_comes(connect, tmp_path: Path) -> None:
    book = connect()
    try:
        for number, following in enumerate(["%%local\nlen(prices)", "%%sql -q -o more\nselect 1 as a"]):
            file = tmp_path / f"at-the-border-{number}"
            book.ok("%%local\nglobals().pop('prices', None)")
            book.ok(FAULT.format(when="'prices' in globals()", file=str(file)))
            assert "KeyboardInterrupt" in struck(book, "%%sql -o prices\nselect id from range(5)", file)
            book.ok(following, timeout=60)
        book.ok("%%sql -o prices\nselect id from range(6)", timeout=60)
        assert book.ok("%%local\nlen(prices)", timeout=60).text == "6"
    finally:
        book.close()
