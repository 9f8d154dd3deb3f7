"""The Livy that both kernels talk to, the counting proxy before it, and what is asked of it directly."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import requests

HERE = Path(__file__).resolve().parent
LOCAL_LIVY = HERE.parent / "jupyterlab_emr" / "node" / "local" / "livy.mjs"
#: Seconds between two looks of our own at a statement, and at a session that starts.
POLL = 0.005
LOOK = 0.02
FINAL = ("available", "error", "cancelled")
ENDED = ("error", "dead", "killed", "success", "shutting_down")


class Program:
    """A program of ours that prints one JSON line when it serves. It outlives a Ctrl-C until it is stopped here."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        with open(log, "ab") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[1]} ended with exit code {self._process.wait()}, see {log}")
        self.answer: dict = json.loads(line)

    def stop(self) -> None:
        """End it and wait for that."""
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


def local_livy(node: str, python: str, logs: Path) -> Program:
    """The local account's own Livy-compatible server, alone; its driver runs on ``python``."""
    return Program([node, str(LOCAL_LIVY), "--port", "0", "--python", python], logs / "livy.log")


class Proxy(Program):
    """The counting proxy (proxy.mjs): one door for each name."""

    def __init__(self, node: str, target: str, names: list[str], logs: Path) -> None:
        super().__init__(
            [node, str(HERE / "proxy.mjs"), *names], logs / "proxy.log", {"BENCH_TARGET": target}
        )
        self.doors: dict[str, str] = self.answer["doors"]
        self._http = requests.Session()
        self._http.trust_env = False

    def entries(self, name: str, start: int = 0) -> list[dict]:
        """Requests that came through a door, from the ``start``-th on."""
        url = f"{self.answer['control']}/{name}?from={start}"
        return self._http.get(url, timeout=10).json()

    @contextlib.contextmanager
    def delayed(self, milliseconds: int) -> Iterator[None]:
        """While this holds every request through any door takes so much longer."""
        url = f"{self.answer['control']}/delay"
        self._http.get(url, params={"ms": milliseconds}, timeout=10).raise_for_status()
        try:
            yield
        finally:
            self._http.get(url, params={"ms": 0}, timeout=10).raise_for_status()


class Livy:
    """What the bench itself asks of Livy: through a door of the proxy, so on the same way as the kernels."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["X-Requested-By"] = "bench"

    def get(self, path: str) -> dict:
        """GET as JSON; an HTTP error raises."""
        answer = self._http.get(self.url + path, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def check(self, name: str) -> None:
        """Raise RuntimeError where no Livy answers; ``name`` is what to call it."""
        try:
            self.get("/sessions")
        except (requests.RequestException, ValueError) as problem:
            answer = getattr(problem, "response", None)
            reason = problem if answer is None else f"HTTP {answer.status_code} {answer.text.strip()[:200]}"
            raise RuntimeError(f"{name} does not answer as a Livy does: {reason}") from None

    def version(self) -> str:
        """Livy's version, or "unknown"."""
        with contextlib.suppress(requests.RequestException, ValueError):
            return str(self.get("/version").get("version", "unknown"))
        return "unknown"

    def own_seconds(self, session: int, statement: int) -> float:
        """What Livy itself says a statement took: ``completed - started``."""
        found = self.get(f"/sessions/{session}/statements/{statement}")
        return (found["completed"] - found["started"]) / 1000

    def run(self, session: int, code: str) -> tuple[float, float]:
        """A statement without any kernel, polled every 5 ms: seconds of wall time, seconds of its own."""
        begin = time.time()
        url = f"{self.url}/sessions/{session}/statements"
        answer = self._http.post(url, json={"code": code, "kind": "pyspark"}, timeout=60)
        answer.raise_for_status()
        statement = answer.json()
        while statement["state"] not in FINAL:
            time.sleep(POLL)
            statement = self._http.get(f"{url}/{statement['id']}", timeout=60).json()
        wall = time.time() - begin
        return wall, self.own_seconds(session, statement["id"])

    def create(self) -> tuple[int, float]:
        """A session without any kernel, looked at every 20 ms: its id, seconds until it was idle."""
        begin = time.time()
        answer = self._http.post(f"{self.url}/sessions", json={"kind": "pyspark"}, timeout=60)
        answer.raise_for_status()
        session = answer.json()["id"]
        while (state := self.get(f"/sessions/{session}/state")["state"]) != "idle":
            if state in ENDED:
                raise RuntimeError(f"Livy's session {session} is {state}")
            time.sleep(LOOK)
        return session, time.time() - begin

    def delete(self, session: int) -> None:
        """End a session; one that is gone already is as good."""
        with contextlib.suppress(requests.RequestException):
            self._http.delete(f"{self.url}/sessions/{session}", timeout=10)


class SessionWatch(threading.Thread):
    """Sees from outside when the session that comes through a door next is asked for and when it is first idle."""

    def __init__(self, proxy: Proxy, livy: Livy, door: str, start: int) -> None:
        super().__init__(daemon=True)
        self._proxy, self._url, self._door, self._start = proxy, livy.url, door, start
        self._done = threading.Event()
        self.session: int | None = None
        self.asked = 0.0
        self.idle: float | None = None

    def run(self) -> None:
        with contextlib.suppress(requests.RequestException):
            self._look(Livy(self._url))

    def _look(self, livy: Livy) -> None:
        while not self._done.wait(LOOK) and self.idle is None:
            if self.session is None:
                for entry in created(self._proxy.entries(self._door, self._start)):
                    self.session, self.asked = entry["id"], entry["at"] / 1000
            elif livy.get(f"/sessions/{self.session}/state")["state"] == "idle":
                self.idle = time.time()

    def finish(self) -> float:
        """Seconds from asked to idle."""
        self.join(1)
        self._done.set()
        if self.idle is None:
            raise RuntimeError(f"no idle session was seen behind {self._door}")
        return self.idle - self.asked


def created(entries: list[dict]) -> list[dict]:
    """The requests that made a session."""
    return [
        e for e in entries if e["method"] == "POST" and e["path"] == "/sessions" and e.get("id") is not None
    ]


def statements(entries: list[dict]) -> list[tuple[int, int]]:
    """(session, statement) of each statement that was posted."""
    pairs = []
    for entry in entries:
        match = re.fullmatch(r"/sessions/(\d+)/statements", entry["path"])
        if entry["method"] == "POST" and match and entry.get("id") is not None:
            pairs.append((int(match[1]), int(entry["id"])))
    return pairs


def shown(url: str) -> str:
    """A URL without the credentials in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
