"""Users, while releases come and go: several requests at a time, each on its own connection, each answer checked."""

from __future__ import annotations

import itertools
import json
import ssl
import threading
import time
from dataclasses import dataclass, field

from hosts import Answer, get


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
    """Threads of requests until `stop`; `failures` says which went wrong, `seen` which releases answered whom."""

    users: dict[str, list[User]]
    failures: list[str] = field(default_factory=list)
    seen: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    count: int = 0

    def __enter__(self):
        self.ending = threading.Event()
        self.lock = threading.Lock()
        self.threads = [
            threading.Thread(target=self.work, args=(group, user), daemon=True)
            for group, users in self.users.items()
            for user in users
        ]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        for thread in self.threads:
            thread.join(120)

    def work(self, group: str, user: User) -> None:
        went: list[str] = []
        for path in itertools.cycle(["/version", "/api/status", "/lab", "/manual/"]):
            if self.ending.is_set():
                with self.lock:
                    self.seen.setdefault(group, set()).add(tuple(went))
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
