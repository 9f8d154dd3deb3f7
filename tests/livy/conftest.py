"""
The Livy under test: the one at LIVY_URL, else a real one that is started from LIVY_HOME, else ours, started from the
bundle (``node scripts/bundle.mjs local``).
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from .real import RealServer

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "jupyterlab_emr" / "node" / "local" / "livy.mjs"
URL = os.environ.get("LIVY_URL")
HOME = os.environ.get("LIVY_HOME")
REAL = URL or HOME
PYTHON = os.environ.get("LIVY_PYTHON", sys.executable)

only_ours = pytest.mark.skipif(bool(REAL), reason="needs to start, configure or kill the server")


class Livy:
    """A small client, so that the tests read as what a user does."""

    def __init__(self, url, pid=None, auth=None, verify=True):
        self.url, self.pid = url, pid
        self.http = requests.Session()
        # The machine's REQUESTS_CA_BUNDLE would win over the CA given here.
        self.http.trust_env = False
        self.http.auth, self.http.verify = auth, verify
        self.http.headers["X-Requested-By"] = "test"
        # Apache Livy compresses even an empty body, and then does not say so.
        self.http.headers["Accept-Encoding"] = "identity"

    def call(self, method, path, **options):
        return self.http.request(method, self.url + path, timeout=120, **options)

    def get(self, path):
        return self.call("GET", path).json()

    def create(self, **body):
        answer = self.call("POST", "/sessions", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def wait_state(self, session, *states, timeout=120):
        return wait(lambda: (s := self.get(f"/sessions/{session}"))["state"] in states and s, timeout)

    def post(self, session, code, kind=None):
        body = {"code": code} if kind is None else {"code": code, "kind": kind}
        answer = self.call("POST", f"/sessions/{session}/statements", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def statement(self, session, number):
        return self.get(f"/sessions/{session}/statements/{number}")

    def finish(self, session, number, timeout=120):
        def ended():
            statement = self.statement(session, number)
            return statement["state"] in ("available", "cancelled") and statement

        return wait(ended, timeout, pause=0.02)

    def run(self, session, code, kind=None, timeout=120):
        return self.finish(session, self.post(session, code, kind), timeout)["output"]

    def cancel(self, session, number):
        return self.call("POST", f"/sessions/{session}/statements/{number}/cancel")

    @contextlib.contextmanager
    def session(self, **body):
        number = self.create(**body)
        try:
            self.wait_state(number, "idle")
            yield number
        finally:
            self.call("DELETE", f"/sessions/{number}")


def wait(probe, timeout=60, pause=0.05):
    """What ``probe`` answers once it answers something; HTTP has no event to await."""
    deadline = time.monotonic() + timeout
    while True:
        found = probe()
        if found:
            return found
        assert time.monotonic() < deadline, f"nothing in {timeout} s"
        time.sleep(pause)


def alive(pid):
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def descendants(pid):
    """Every process below ``pid``, from /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
    found, todo = [], [pid]
    while todo:
        children = [child for child, parent in parents.items() if parent == todo[0]]
        found += children
        todo = todo[1:] + children
    return found


@contextlib.contextmanager
def serve(work_dir, *options, knobs=None):
    """Our server, started by hand."""
    if not BUNDLE.exists():
        subprocess.run(["node", "scripts/bundle.mjs", "local"], cwd=ROOT, check=True)
    command = ["node", str(BUNDLE), "--port", "0", "--python", PYTHON, "--work-dir", str(work_dir)]
    command += ["--knobs", json.dumps(knobs or {}), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        started = json.loads(process.stdout.readline())
        yield Livy(started["url"], started["pid"])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(15)


class Child:
    """Our server as the local account runs it: a child with Node's IPC channel, which is JSON lines on a socket."""

    def __init__(self, config):
        self._socket, theirs = socket.socketpair()
        env = {
            **os.environ,
            "NODE_CHANNEL_FD": str(theirs.fileno()),
            "NODE_CHANNEL_SERIALIZATION_MODE": "json",
        }
        self.process = subprocess.Popen(["node", str(BUNDLE)], pass_fds=[theirs.fileno()], env=env)
        theirs.close()
        self.messages = []
        self._reader = self._socket.makefile("r")
        threading.Thread(target=self._listen, daemon=True).start()
        self.send({"type": "start", "config": config})
        #: `ready` with the port, or `failed` with the reason.
        self.started = wait(
            lambda: next((m for m in self.messages if m["type"] in ("ready", "failed")), None)
        )
        self.port = self.started.get("port")

    def _listen(self):
        for line in self._reader:
            self.messages.append(json.loads(line))

    def send(self, message):
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def sessions(self):
        """As last reported to the parent."""
        return next((m["sessions"] for m in reversed(self.messages) if m["type"] == "sessions"), [])

    def hang_up(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture(scope="session")
def work_dir(tmp_path_factory):
    path = tmp_path_factory.mktemp("livy")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def any_livy(folder, knobs=None):
    """The Livy at LIVY_URL, else one of LIVY_HOME's, else ours."""
    if URL:
        yield Livy(URL.rstrip("/"))
        return
    if HOME:
        server = RealServer(HOME, folder / "real")
        try:
            server.start()
            yield Livy(server.url, server.process.pid)
        finally:
            server.stop()
        return
    with serve(folder, knobs=knobs) as ours:
        yield ours


@pytest.fixture(scope="session")
def livy(work_dir):
    with any_livy(work_dir / "shared") as running:
        yield running


@pytest.fixture(scope="session")
def session(livy):
    """One session of the kind "shared" for all tests that leave it in order."""
    with livy.session(heartbeatTimeoutInSecond=600) as number:
        yield number
