"""What the fault tests do often."""

from __future__ import annotations

import re
import threading

from harness import Account, Notebook, Result
from livy.conftest import REAL

#: A busy machine starts a driver in a minute or more; a real Livy's starts twice as slowly.
START_SECONDS = 500 if REAL else 240


def bind(book: Notebook, url: str) -> int:
    """Connect to a Livy; the number of the session."""
    book.ok(f"%emr connect --livy-url {url} --auth-type None", timeout=START_SECONDS)
    return own_session(book)


def connect(book: Notebook, aws: Account, cluster: str) -> int:
    """Connect to a cluster as the analyst; the number of the session."""
    line = f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}"
    book.ok(line, timeout=START_SECONDS)
    return own_session(book)


def issued(aws: Account) -> int:
    """How often session credentials were asked for."""
    calls = aws.control("GET", "calls")
    return sum(
        call["operation"] == "GetClusterSessionCredentials" and call["outcome"] == "ok" for call in calls
    )


def own_session(book: Notebook) -> int:
    return int(re.search(r"Session: +(\d+) ", book.ok("%emr status").text).group(1))


def running(so_far: Result) -> bool:
    return "Running" in so_far.text


def shown(result: Result) -> str:
    """Everything that stood there at any time, also what an update replaced."""
    return "\n".join(
        message["content"].get("data", {}).get("text/plain", "")
        for message in result.outputs
        if message["msg_type"] in ("display_data", "update_display_data")
    )


class Beside:
    """Runs a cell in a thread of its own, so that the test can break something meanwhile."""

    def __init__(self, book: Notebook, code: str, timeout: float = 200) -> None:
        self.running = threading.Event()
        self._done = threading.Event()
        self._result: Result | None = None

        def run() -> None:
            try:
                self._result = book.run(code, timeout=timeout, when=running, then=self.running.set)
            finally:
                self._done.set()

        threading.Thread(target=run, daemon=True).start()

    def wait_running(self) -> Beside:
        assert self.running.wait(60), "the cell never ran"
        return self

    def result(self, timeout: float = 200) -> Result:
        assert self._done.wait(timeout), "the cell did not end"
        assert self._result, "the cell did not run to its end: see the thread's own error"
        return self._result
