"""The page's end of the control kernel: its comm `emr:control`."""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "journey"))

from harness import Account, client_of
from jupyter_client.manager import KernelManager

SECONDS = 60


class Control:
    """A kernel of ours that serves the sidebar, asked as the page asks it."""

    def __init__(self, env: dict[str, str]) -> None:
        self.manager = KernelManager(kernel_name="pyspark-emr")
        self.manager.start_kernel(env=env)
        self.client = client_of(self.manager)
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.comm = uuid.uuid4().hex
        self.events: list[dict] = []
        self.last = 0
        data = {"protocol": 1, "version": "test"}
        self._send("comm_open", {"comm_id": self.comm, "target_name": "emr:control", "data": data})
        assert self._next()["type"] == "hello"

    def call(self, method: str, params: dict):
        """The method's result."""
        reply = self.ask(method, params)
        assert reply["ok"], reply["error"]
        return reply["result"]

    def refused(self, method: str, params: dict) -> dict:
        """The error that a method answers with."""
        reply = self.ask(method, params)
        assert not reply["ok"], reply["result"]
        return reply["error"]

    def ask(self, method: str, params: dict) -> dict:
        """The reply; events that come meanwhile are kept."""
        self.last += 1
        request = {"type": "request", "id": str(self.last), "method": method, "params": params}
        self._send("comm_msg", {"comm_id": self.comm, "data": request})
        while True:
            message = self._next()
            if message["type"] == "event":
                self.events.append(message)
            elif message["id"] == str(self.last):
                return message

    def refresh(self, who: str, **only: str) -> dict:
        """The state after what an identity sees, or one database of it, was read anew."""
        return self.built(who, self.call("catalog.refresh", {"as": who, **only}))

    def ready(self, who: str) -> dict:
        """The state of an identity's index once it is read; asks for it where nobody has."""
        return self.built(who, self.call("catalog.search", {"as": who, "limit": 0})["index"])

    def built(self, who: str, state: dict) -> dict:
        while state["state"] != "ready":
            assert state["state"] == "building", state
            message = self._next()
            self.events.append(message)
            if message["event"] == "catalog" and message["data"]["as"] == who:
                state = message["data"]
        return state

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel()
        self.manager.cleanup_resources()

    def _send(self, kind: str, content: dict) -> None:
        self.client.shell_channel.send(self.client.session.msg(kind, content))

    def _next(self) -> dict:
        """The next message of the comm."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=max(0, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"nothing came on the comm; so far: {self.events[-3:]}") from None
            if message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == self.comm:
                return message["content"]["data"]


@pytest.fixture(scope="session")
def control(account: dict, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Control]:
    cache = str(tmp_path_factory.mktemp("cache"))
    made = Control({**os.environ, **account["env"], "JUPYTERLAB_EMR_CACHE": cache})
    made.cache = cache
    yield made
    made.close()


@pytest.fixture
def faults(account: dict) -> Iterator[Callable[..., None]]:
    """Errors that the account answers with; taken back after the test."""
    aws = Account(account)
    yield lambda **fault: aws.control("POST", "faults", fault)
    aws.control("DELETE", "faults")
