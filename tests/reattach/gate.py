"""A door that can hold a request back until it is told to let it through."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler

from door import Door


class Held:
    def __init__(self, method: str, path: str) -> None:
        self.method, self.path = method, re.compile(path)
        #: A request is being held.
        self.met = threading.Event()
        self._open = threading.Event()

    def let_go(self) -> None:
        self._open.set()

    def wait(self) -> None:
        self.met.set()
        self._open.wait(300)


class Gate(Door):
    def __init__(self, target: str) -> None:
        self._held: list[Held] = []
        super().__init__(target)

    def hold(self, method: str, path: str) -> Held:
        """Hold requests that match before they reach Livy."""
        self._held.append(Held(method, path))
        return self._held[-1]

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        for held in self._held:
            if held.method == request.command and held.path.fullmatch(request.path.split("?")[0]):
                held.wait()
        super().serve(request)

    def close(self) -> None:
        for held in self._held:
            held.let_go()
        super().close()
