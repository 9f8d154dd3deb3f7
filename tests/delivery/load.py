"""Users, while releases come and go: several requests at a time, each on its own connection, each answer checked."""

from __future__ import annotations

import itertools
import json
import ssl
import threading
import time
from dataclasses import dataclass, field

from hosts import Answer, get, wait_for


@dataclass
class User:
    """Someone in a browser: keeps the cookies."""

    port: int
    tls: ssl.SSLContext
    cookies: dict[str, str]
    token: str

    def get(self, path: str) -> Answer:
        answer = get(self.port, self.tls, path, self.cookies, self.token)
        self.cookies.update(answer.cookies)
        return answer


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

    def ways(self, group: str) -> set[tuple[str, ...]]:
        """The releases that the users of a group went through, each in their order."""
        return {tuple(went) for went in self.went[group]}

    def work(self, group: str, user: User, went: list[str]) -> None:
        for path in itertools.cycle(["/version", "/api/status", "/lab", "/manual/"]):
            if self.ending.is_set():
                return
            problem = None
            try:
                answer = user.get(path)
                problem = self.check(went, path, answer)
            except (OSError, ValueError, ssl.SSLError) as error:
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
        if path == "/api/status" and "kernels" not in json.loads(answer.body):
            return f"says {answer.body[:200]}"
        if path == "/lab" and f'"emrRelease": "{release}"' not in answer.body:
            return "a page that does not say its release"
        if path == "/manual/" and "<h1>Manual" not in answer.body:
            return f"says {answer.body[:200]}"
        return None
