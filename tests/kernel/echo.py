"""The echo kernel (src/kernel/testing) as a process, and a client of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

TIMEOUT = 20


class Echo:
    """A running echo kernel. Its cells are lines of `command argument`, see src/kernel/testing/echoEngine.ts."""

    def __init__(self, env: dict[str, str] | None = None, **options) -> None:
        self.manager = KernelManager(kernel_name="echo", **options)
        self.manager.start_kernel(env={**os.environ, **(env or {})})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)

    def connect(self):
        """One more client, with an identity of its own."""
        client = BlockingKernelClient(connection_file=self.manager.connection_file)
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        return client

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid

    def run(self, code: str, **options) -> tuple[dict, list[dict]]:
        """Content of the reply, and the outputs."""
        outputs: list[dict] = []
        reply = self.client.execute_interactive(
            code, timeout=TIMEOUT, output_hook=outputs.append, **{"allow_stdin": False, **options}
        )
        return reply["content"], [
            message for message in outputs if message["msg_type"] not in ("status", "execute_input")
        ]

    def text(self, code: str) -> str:
        """What a cell printed."""
        reply, outputs = self.run(code)
        assert reply["status"] == "ok", reply
        return "".join(message["content"].get("text", "") for message in outputs)

    def reply(self, msg_id: str, client=None, channel: str = "shell") -> dict:
        """The reply to a request that was sent."""
        channel = getattr(client or self.client, f"{channel}_channel")
        while True:
            message = channel.get_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") == msg_id:
                return message

    def iopub(self, fits: Callable[[dict], bool], client=None) -> dict:
        """The next iopub message that fits."""
        while True:
            message = (client or self.client).get_iopub_msg(timeout=TIMEOUT)
            if fits(message):
                return message

    def wait_gone(self, seconds: float) -> int:
        """Exit code of the process, which must end in time."""
        return self.manager.provisioner.process.wait(timeout=seconds)

    def close(self) -> None:
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


def is_running(pid: int) -> bool:
    """Whether a process is there, a zombie not counted."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
