"""
What VS Code's Jupyter extension does with a kernel, done with its messages: it starts the kernelspec's argv itself on a
connection file of its own (TCP, signed, no CurveZMQ), sets Python up by silent code, asks for completion while it may,
sends cells with `stop_on_error: false`, and interrupts by a message.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty

import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import KernelSpecManager

#: As the extension sends them to every kernel whose kernelspec says "python".
START_UP = [
    (
        "import os as _VSCODE_os\nimport sys as _VSCODE_sys\nimport builtins as _VSCODE_builtins\n"
        "if _VSCODE_os.path.isdir('/tmp'):\n    _VSCODE_os.chdir('/tmp')"
    ),
    "import sys\nprint(sys.executable)",
    "__vsc_ipynb_file__ = '/tmp/notebook.ipynb'",
]


class Code:
    """One kernel as the extension holds it."""

    def __init__(self, name: str, folder: Path) -> None:
        spec = KernelSpecManager().get_kernel_spec(name)
        file, _ = write_connection_file(str(folder / "kernel.json"))
        argv = [sys.executable if part == "python" else part for part in spec.argv]
        argv = [file if part == "{connection_file}" else part for part in argv]
        self.process = subprocess.Popen(argv, env={**os.environ, **spec.env})
        self.interrupt_mode = spec.interrupt_mode
        self.client = BlockingKernelClient(connection_file=file)
        self.client.load_connection_file()
        # No heartbeat: the extension watches the process.
        self.client.start_channels(hb=False)
        while True:
            # Until its own idle is heard: the subscription to iopub is there.
            self.ask(self.client.kernel_info)
            try:
                self.client.get_iopub_msg(timeout=1)
                break
            except Empty:
                assert self.process.poll() is None, "the kernel ended"

    def execute(
        self, code: str, *, silent: bool = False, then: Callable[[dict], None] | None = None
    ) -> tuple:
        """The reply and the outputs; `then` is called with each output."""
        client = self.client
        message = client.session.msg(
            "execute_request",
            {
                "code": code,
                "silent": silent,
                "store_history": not silent,
                "user_expressions": {},
                "allow_stdin": True,
                "stop_on_error": False,
            },
            metadata={"cellId": "vscode-notebook-cell:/tmp/notebook.ipynb#W0sZmlsZQ=="},
        )
        client.shell_channel.send(message)
        outputs = []
        while True:
            seen = client.get_iopub_msg(timeout=200)
            if seen["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if seen["msg_type"] == "status" and seen["content"]["execution_state"] == "idle":
                break
            if seen["msg_type"] not in ("status", "execute_input"):
                outputs.append(seen)
                if then:
                    then(seen)
        while True:
            reply = client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply["content"], outputs

    def ask(self, send: Callable[..., str], *arguments) -> dict:
        number = send(*arguments)
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == number:
                return reply["content"]

    def close(self) -> None:
        self.client.shutdown()
        self.process.wait(20)
        self.client.stop_channels()


@pytest.fixture
def code(account: dict, tmp_path: Path) -> Iterator[Code]:
    made = Code("pyspark-emr", tmp_path)
    yield made
    made.close()


def test_what_it_needs_to_know(code: Code) -> None:
    info = code.ask(code.client.kernel_info)
    assert info["status"] == "ok" and info["protocol_version"] >= "5.3"
    language = info["language_info"]
    assert {"name", "version", "mimetype", "file_extension", "pygments_lexer", "codemirror_mode"} <= set(
        language
    )
    assert (language["name"], language["file_extension"]) == ("python", ".py")
    assert code.interrupt_mode == "message"
    assert code.ask(code.client.comm_info)["status"] == "ok"


def test_a_day_in_it(code: Code, connect: str) -> None:
    for silent in START_UP:
        reply, outputs = code.execute(silent, silent=True)
        assert reply["status"] == "ok" and outputs == [], (
            "its own code neither starts a session nor complains"
        )
    completion = code.ask(code.client.complete, "%emr conn", 9)
    assert "connect" in completion["matches"]
    failed, _ = code.execute("1 + 1")
    assert failed["ename"] == "NotConnected"
    reply, outputs = code.execute(connect)
    assert reply["status"] == "ok", json.dumps(reply)
    # `stop_on_error: false`: a failing cell is its own matter.
    failed, _ = code.execute("1 / 0")
    assert failed["ename"] == "ZeroDivisionError"
    reply, outputs = code.execute("prices = [1, 2]\nlen(prices)")
    assert outputs[-1]["content"]["data"]["text/plain"] == "2"
    code.client.complete("prices.app", 10)  # the first may come late: VS Code asks at each letter
    assert code.ask(code.client.inspect, "prices", 6)["status"] == "ok"
    sent = []

    def interrupt(output: dict) -> None:
        if not sent and "Running" in json.dumps(output["content"]):
            sent.append(code.client.session.send(code.client.control_channel.socket, "interrupt_request", {}))

    slow = "spark.sparkContext.parallelize(range(4), 4).map(lambda x: __import__('time').sleep(60)).count()"
    reply, _ = code.execute(slow, then=interrupt)
    assert sent and (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    reply, outputs = code.execute("len(prices)")
    assert outputs[-1]["content"]["data"]["text/plain"] == "2", "what was there still is"
