"""Users, while releases come and go: several at a time, each answer checked. Some open a connection for each request, some
keep theirs as a browser does, and some have a notebook open: a socket to a kernel, through both nginx.
"""

from __future__ import annotations

import http.client
import itertools
import json
import ssl
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field

import hosts
import websocket
from hosts import REPOSITORY, Answer, Host, ask, context, get, wait_for

sys.path.insert(0, str(REPOSITORY / "deploy" / "host"))

import health


@dataclass
class User:
    """Someone in a browser: keeps the cookies, and with `keeps` the connection too."""

    port: int
    tls: ssl.SSLContext
    cookies: dict[str, str]
    token: str
    keeps: bool = False
    # How many connections it took.
    connections: int = 0

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPSConnection(hosts.NAME, self.port, timeout=60, context=self.tls)

    def get(self, path: str) -> Answer:
        if not self.keeps:
            self.connections += 1
            answer = get(self.port, self.tls, path, self.cookies, self.token)
        else:
            answer = self.kept(path)
        self.cookies.update(answer.cookies)
        return answer

    def kept(self, path: str) -> Answer:
        """A server may close a connection that is idle just when a request comes: where nothing of an answer has come, a
        browser asks once more, on a new connection (RFC 9112, 9.3.1). On a connection that is new, never.
        """
        known = self.connection.sock is not None
        self.connections += not known
        try:
            return ask(self.connection, path, self.cookies, self.token)
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
            self.connection.close()
            if not known:
                raise
        self.connections += 1
        return ask(self.connection, path, self.cookies, self.token)

    def close(self) -> None:
        self.connection.close()


class Page(health.Server):
    """A page of a group, through the front, with its cookies."""

    def __init__(self, front: Host, host: Host) -> None:
        super().__init__(f"https://{hosts.NAME}:{front.port}", host.token, float("inf"))
        self.user = User(front.port, context(front.tls), {"emr_group": host.folder.name}, self.token)
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=self.user.tls))

    def left(self) -> float:
        return 120

    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{key}={value}" for key, value in self.user.cookies.items())
        return {**super().headers(), "Cookie": cookies}

    def release(self) -> str:
        return json.loads(self.user.get("/version").body)["release"]


class Notebook:
    """A kernel that its page asks again and again, over the socket that it has. `closed`: how often that socket ended under it;
    the page then opens another one to the same kernel, as JupyterLab does.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.closed, self.answers = page, 0, 0
        self.failures: list[str] = []
        # Takes the cookies that say which group and release the page is of.
        self.release = page.release()
        self.kernel = health.Kernel(page)
        self.kernel.open()

    def __enter__(self):
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()
        wait_for("an answer of the kernel", lambda: self.failures or self.answers)
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self.thread.join(130)

    def work(self) -> None:
        while not self.ending.is_set():
            try:
                if self.kernel.info()["status"] != "ok":
                    raise health.Sick("the kernel's answer is not ok")
                self.answers += 1
            except (health.Sick, OSError, websocket.WebSocketException) as error:
                self.closed += 1
                try:
                    self.kernel.must_live()
                    self.kernel.open()
                except (health.Sick, OSError, websocket.WebSocketException) as again:
                    self.failures.append(f"{time.strftime('%H:%M:%S')} {error}; then: {again}")
                    return
            self.ending.wait(0.1)

    def end(self) -> None:
        self.kernel.end()
        self.kernel.socket.close()


@dataclass
class Load:
    """Threads of requests, from the first answer to each user on; `failures` says which went wrong."""

    users: dict[str, list[User]]
    failures: list[str] = field(default_factory=list)
    went: dict[str, list[list[str]]] = field(default_factory=dict)
    count: int = 0

    def __enter__(self):
        self.ending = threading.Event()
        self.lock = threading.Lock()
        self.threads = []
        for group, users in self.users.items():
            for user in users:
                went: list[str] = []
                self.went.setdefault(group, []).append(went)
                self.threads.append(threading.Thread(target=self.work, args=(group, user, went), daemon=True))
        for thread in self.threads:
            thread.start()
        wait_for("an answer to each user", lambda: self.failures or all(map(all, self.went.values())))
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        for thread in self.threads:
            thread.join(120)
        for user in itertools.chain(*self.users.values()):
            user.close()

    def ways(self, group: str) -> set[tuple[str, ...]]:
        """The releases that the users of a group went through, each in their order."""
        return {tuple(went) for went in self.went[group]}

    def work(self, group: str, user: User, went: list[str]) -> None:
        # Not /api/status: Jupyter Server 2.21 answers it with 500 while a kernel starts, whatever serves it.
        for path in itertools.cycle(["/version", "/api/contents?content=0", "/lab", "/manual/"]):
            if self.ending.is_set():
                return
            problem = None
            try:
                answer = user.get(path)
                problem = self.check(went, path, answer)
            except (OSError, ValueError, http.client.HTTPException) as error:
                problem = f"{type(error).__name__}: {error}"
            with self.lock:
                self.count += 1
                if problem:
                    self.failures.append(f"{time.strftime('%H:%M:%S')} {group} {path}: {problem}")
            # A pace, so that the load leaves the machine some room.
            self.ending.wait(0.05)

    def check(self, went: list[str], path: str, answer: Answer) -> str | None:
        if answer.status != 200:
            return f"{answer.status} {answer.body[:200]}"
        release = answer.headers.get("x-jupyterlab-emr-version")
        if not release:
            return "no X-Jupyterlab-Emr-Version"
        if not went or went[-1] != release:
            went.append(release)
        if path == "/version" and json.loads(answer.body)["release"] != release:
            return f"says {answer.body}"
        if path.startswith("/api") and json.loads(answer.body)["type"] != "directory":
            return f"says {answer.body[:200]}"
        if path == "/lab" and f'"emrRelease": "{release}"' not in answer.body:
            return "a page that does not say its release"
        if path == "/manual/" and "<h1>Manual" not in answer.body:
            return f"says {answer.body[:200]}"
        return None
