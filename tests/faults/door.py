"""A door between a kernel and its Livy: an HTTP proxy on loopback that fails on purpose, and remembers who came."""

from __future__ import annotations

import http.client
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Fault:
    """What happens to the next `times` requests that match."""

    method: str
    path: re.Pattern[str]
    #: `reset-before`: the connection is reset, Livy hears nothing. `reset-after`: Livy has done it, then it is reset.
    #: `hang`: Livy has done it, no answer ever comes. `503` and other numbers: the answer of a gateway, without Livy.
    how: str
    times: float = 1
    #: Set at the first request that met it.
    met: threading.Event = field(default_factory=threading.Event)


@dataclass
class Seen:
    method: str
    path: str
    #: time.monotonic() when it came.
    at: float
    status: int | str = 0


class Door:
    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.seen: list[Seen] = []
        self.faults: list[Fault] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_args) -> None:
                pass

            def do_GET(self) -> None:
                door.serve(self)

            do_POST = do_DELETE = do_GET

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_args) -> None:
                pass  # connections that are broken on purpose

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def fault(self, method: str, path: str, how: str | int, times: float = 1) -> Fault:
        """Let the next requests fail. `path` is a regular expression for the whole path without its query."""
        made = Fault(method, re.compile(path), str(how), times)
        with self._lock:
            self.faults.append(made)
        return made

    def mend(self) -> None:
        with self._lock:
            self.faults.clear()

    def count(self, method: str, path: str, since: int = 0) -> int:
        pattern = re.compile(path)
        return sum(one.method == method and bool(pattern.fullmatch(one.path)) for one in self.seen[since:])

    def _take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.times > 0 and fault.method in ("*", method) and fault.path.fullmatch(path):
                    fault.times -= 1
                    return fault
        return None

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        path = request.path.split("?")[0]
        seen = Seen(request.command, path, time.monotonic())
        self.seen.append(seen)
        fault = self._take(request.command, path)
        if fault:
            seen.status = fault.how
            fault.met.set()
        if fault and fault.how == "reset-before":
            return self._reset(request)
        if fault and fault.how.isdigit():
            return self._answer(request, int(fault.how), b"<html>no healthy upstream</html>", "text/html")
        try:
            status, text, kind = self._ask(request, body)
        except OSError:
            return self._reset(request)
        if fault and fault.how == "reset-after":
            return self._reset(request)
        if fault and fault.how == "hang":
            self._closed.wait(300)
            return self._reset(request)
        seen.status = status
        self._answer(request, status, text, kind)

    def _ask(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes, str]:
        upstream = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=120)
        try:
            skip = ("connection", "host", "accept-encoding", "content-length")
            headers = {name: text for name, text in request.headers.items() if name.lower() not in skip}
            upstream.request(request.command, request.path, body or None, headers)
            answer = upstream.getresponse()
            return answer.status, answer.read(), answer.getheader("Content-Type", "application/json")
        finally:
            upstream.close()

    @staticmethod
    def _answer(request: BaseHTTPRequestHandler, status: int, text: bytes, kind: str) -> None:
        try:
            request.send_response(status)
            request.send_header("Content-Type", kind)
            request.send_header("Content-Length", str(len(text)))
            request.end_headers()
            request.wfile.write(text)
        except OSError:
            request.close_connection = True

    @staticmethod
    def _reset(request: BaseHTTPRequestHandler) -> None:
        """RST, not FIN: the other side sees `connection reset by peer`."""
        request.close_connection = True
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # rfile and wfile hold the socket too; it is reset when the last of them lets go.
        request.rfile.close()
        request.connection.close()
