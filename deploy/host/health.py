"""Does this JupyterLab work for its users? A kernel starts and answers, the sidebar's kernel lists the clusters.

Exit code 0, or 1 with the step that failed and why. Runs in the release's own environment.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import urllib.error
import urllib.request
import uuid

import websocket

# Version of the words between page and kernel: src/protocol/version.ts.
PROTOCOL = 1
KERNEL = "pyspark-emr"


class Sick(Exception):
    """What does not work, in a sentence."""


class Server:
    def __init__(self, url: str, token: str, deadline: float) -> None:
        self.url, self.token, self.deadline = url, token, deadline
        # Loopback: a proxy of the environment must not be asked.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}

    def left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Sick("the time given for the check is over")
        return left

    def ask(self, method: str, path: str, body: dict | None = None) -> bytes:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**self.headers(), "Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=min(30, self.left())) as answer:
            return answer.read()

    def wait(self) -> None:
        while True:
            try:
                self.ask("GET", "/api/status")
                return
            except urllib.error.HTTPError as error:
                raise Sick(f"/api/status answers {error.code}") from error
            except OSError as error:
                if self.deadline - time.monotonic() < 1:
                    raise Sick(f"nothing answers at {self.url}: {error}") from error
                time.sleep(0.2)


class Kernel:
    """A kernel and its channels, as a page has them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session = uuid.uuid4().hex
        self.id = json.loads(server.ask("POST", "/api/kernels", {"name": KERNEL}))["id"]

    def open(self) -> None:
        """The server holds the connection back until the kernel answers: ask in between whether there still is one."""
        while True:
            try:
                self.socket = websocket.create_connection(
                    f"ws{self.server.url[4:]}/api/kernels/{self.id}/channels?session_id={self.session}",
                    header=self.server.headers(),
                    timeout=min(5, self.server.left()),
                    http_no_proxy=["*"],
                )
                return
            except (TimeoutError, websocket.WebSocketTimeoutException, websocket.WebSocketBadStatusException):
                self.must_live()

    def must_live(self) -> None:
        try:
            self.server.ask("GET", f"/api/kernels/{self.id}")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise Sick("the kernel died") from error
            raise

    def send(self, kind: str, content: dict) -> str:
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "session": self.session,
            "username": "health",
            "version": "5.3",
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        message = {
            "channel": "shell",
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
        }
        self.socket.send(json.dumps(message))
        return header["msg_id"]

    def next(self, what: str) -> dict:
        self.socket.settimeout(self.server.left())
        try:
            message = json.loads(self.socket.recv())
        except websocket.WebSocketTimeoutException as error:
            raise Sick(f"{what}: no answer") from error
        except websocket.WebSocketException as error:
            raise Sick(f"{what}: the kernel is gone ({error})") from error
        state = message["content"].get("execution_state")
        if message["msg_type"] == "status" and state in ("restarting", "autorestarting", "dead"):
            raise Sick(f"{what}: the kernel died")
        return message

    def info(self) -> dict:
        asked = self.send("kernel_info_request", {})
        while True:
            message = self.next("kernel_info")
            if message["msg_type"] == "kernel_info_reply" and message["parent_header"].get("msg_id") == asked:
                return message["content"]

    def clusters(self) -> int:
        """As the sidebar asks: open its comm, ask for the list."""
        comm = uuid.uuid4().hex
        opening = {"protocol": PROTOCOL, "version": "health"}
        self.send("comm_open", {"comm_id": comm, "target_name": "emr:control", "data": opening})
        request = {"type": "request", "id": "1", "method": "clusters.list", "params": {}}
        while True:
            message = self.next("the sidebar's list")
            if message["msg_type"] not in ("comm_msg", "comm_close"):
                continue
            data = message["content"].get("data", {})
            if data.get("type") == "hello":
                self.send("comm_msg", {"comm_id": comm, "data": request})
            elif data.get("type") == "reply" and data.get("ok"):
                return len(data["result"]["clusters"])
            elif "error" in data:
                raise Sick(f"the sidebar's list: {data['error'].get('message', data['error'])}")

    def end(self) -> None:
        self.server.ask("DELETE", f"/api/kernels/{self.id}")


def check(server: Server) -> str:
    server.wait()
    page = server.ask("GET", "/lab").decode()
    found = re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    extensions = json.loads(found[1]).get("federated_extensions", []) if found else []
    if not any(extension["name"] == "jupyterlab-emr" for extension in extensions):
        raise Sick("the page of JupyterLab does not load the extension")
    kernel = Kernel(server)
    try:
        kernel.open()
        info = kernel.info()
        count = kernel.clusters()
    finally:
        try:
            kernel.end()
        except OSError as error:
            print(f"the check's kernel could not be ended: {error}", file=sys.stderr)
    return f"{info['implementation']} {info['implementation_version']} answers, {count} clusters in the list"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token-file", required=True)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with open(options.token_file) as file:
        token = file.read().strip()
    try:
        print(check(Server(options.url, token, time.monotonic() + options.seconds)))
    except (Sick, OSError, websocket.WebSocketException) as error:
        raise SystemExit(f"health check: {error}") from error


if __name__ == "__main__":
    main()
