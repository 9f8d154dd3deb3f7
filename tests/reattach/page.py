"""The page's end of a kernel: its comm `emr:session`, cells with their ids, and everything that comes on iopub."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from queue import Empty

from harness import client_of
from jupyter_client.manager import KernelManager
from livy.conftest import REAL

SECONDS = 500 if REAL else 240


class Page:
    """A client of its own on a running kernel, as a page that was just loaded."""

    def __init__(self, manager: KernelManager) -> None:
        self.client = client_of(manager)
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.messages: list[dict] = []
        self.replies: dict[str, dict] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._readers = [threading.Thread(target=one) for one in (self._read_iopub, self._read_shell)]
        for reader in self._readers:
            reader.start()
        self.comm = uuid.uuid4().hex
        data = {"protocol": 1, "version": "test"}
        self._send("comm_open", {"comm_id": self.comm, "target_name": "emr:session", "data": data})
        # Its hello comes before.
        self.until(lambda: self.events("status"))

    def close(self) -> None:
        """As a browser that goes away: nobody says goodbye."""
        self._closed = True
        for reader in self._readers:
            reader.join()
        self.client.stop_channels()

    # ---- what the kernel says

    @property
    def said(self) -> list[dict]:
        """Messages on the comm."""
        return [
            one["content"]["data"]
            for one in list(self.messages)
            if one["msg_type"] == "comm_msg" and one["content"]["comm_id"] == self.comm
        ]

    def events(self, name: str) -> list[dict]:
        return [one["data"] for one in self.said if one["type"] == "event" and one["event"] == name]

    @property
    def status(self) -> dict:
        return self.events("status")[-1]

    def until(self, probe: Callable[[], object], seconds: float = SECONDS):
        """What `probe` answers once it answers something; looked at with every message."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not (found := probe()):
                left = deadline - time.monotonic()
                assert left > 0, f"never seen; the last status is {self.events('status')[-1:]}"
                self._changed.wait(left)
        return found

    def of(self, execution: str) -> list[dict]:
        """What a cell put out, in order: type and content."""
        return [
            one
            for one in list(self.messages)
            if one["parent_header"].get("msg_id") == execution
            and one["msg_type"] not in ("status", "execute_input")
        ]

    def visible(self, execution: str) -> str:
        """What stands below a cell now."""
        shown: list[tuple[str | None, str]] = []
        for message in self.of(execution):
            content = message["content"]
            handle = content.get("transient", {}).get("display_id")
            text = content.get("text") or content.get("data", {}).get("text/plain", "")
            if message["msg_type"] == "clear_output":
                shown = []
            elif message["msg_type"] == "update_display_data":
                shown = [(key, text if key == handle else old) for key, old in shown]
            elif message["msg_type"] == "error":
                shown.append((None, "\n".join(content["traceback"])))
            else:
                shown.append((handle, text))
        return "\n".join(text for _, text in shown)

    # ---- what the page does

    def call(self, method: str, **params) -> object:
        """A request on the comm; its result."""
        number = uuid.uuid4().hex
        request = {"type": "request", "id": number, "method": method, "params": params}
        self._send("comm_msg", {"comm_id": self.comm, "data": request})
        reply = self.until(
            lambda: next((one for one in self.said if one["type"] == "reply" and one["id"] == number), None)
        )
        assert reply["ok"], reply["error"]
        return reply["result"]

    def execute(self, code: str, cell_id: str) -> str:
        """Send a cell, do not wait; its execution."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        return self._send("execute_request", content, {"cellId": cell_id})

    def reply(self, execution: str) -> dict:
        """Content of the execute_reply, once all outputs are here."""
        reply = self.until(lambda: self.replies.get(execution))
        self.until(lambda: self._is_idle(execution))
        return reply

    def _is_idle(self, execution: str) -> bool:
        return any(
            one["msg_type"] == "status"
            and one["parent_header"].get("msg_id") == execution
            and one["content"]["execution_state"] == "idle"
            for one in list(self.messages)
        )

    def missed(self) -> list[dict]:
        return self.call("session.missed")["cells"]

    def _send(self, kind: str, content: dict, metadata: dict | None = None) -> str:
        message = self.client.session.msg(kind, content, metadata=metadata or {})
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def _read_iopub(self) -> None:
        self._read(self.client.get_iopub_msg, self.messages.append)

    def _read_shell(self) -> None:
        def keep(message: dict) -> None:
            self.replies[message["parent_header"].get("msg_id")] = message["content"]

        self._read(self.client.get_shell_msg, keep)

    def _read(self, read: Callable, take: Callable[[dict], None]) -> None:
        while not self._closed:
            try:
                message = read(timeout=0.2)
            except Empty:
                continue
            with self._changed:
                take(message)
                self._changed.notify_all()


def texts(cell: dict) -> str:
    """All that the outputs of a missed cell show."""
    shown = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            shown.append(output["text"])
        elif output["output_type"] == "error":
            shown.append(f"{output['ename']}: {output['evalue']}")
        else:
            shown.append(output["data"].get("text/plain", ""))
    return "\n".join(shown)
