"""Ten thousand messages that nobody should send, on every channel of the real kernel: it goes on, and forgets them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq
from jupyter_client.manager import KernelManager

TIMEOUT = 60
FRAMES = 10_000
#: What the process may grow by between the first thousands and the last.
GROWTH_MB = 80
LOG_BYTES = 20_000

DELIMITER = b"<IDS|MSG>"
#: Anything JSON can be, where a text, a number or an object is expected.
ODD = [
    None,
    True,
    0,
    -1,
    3.5,
    1e308,
    2**53,
    "",
    "x",
    "\u0000",
    "😀" * 50,
    [],
    [1, [2]],
    {},
    {"a": {"b": None}},
]
CONTENT = {
    "kernel_info_request": [],
    "complete_request": ["code", "cursor_pos"],
    "inspect_request": ["code", "cursor_pos", "detail_level"],
    "is_complete_request": ["code"],
    "history_request": [
        "hist_access_type",
        "output",
        "raw",
        "session",
        "start",
        "stop",
        "n",
        "pattern",
        "unique",
    ],
    "comm_info_request": ["target_name"],
    "comm_open": ["comm_id", "target_name", "data"],
    "comm_msg": ["comm_id", "data"],
    "comm_close": ["comm_id", "data"],
    "execute_request": ["silent", "store_history", "user_expressions", "allow_stdin", "stop_on_error"],
    "interrupt_request": ["x"],
    "debug_request": ["type", "seq", "command", "arguments"],
    "input_reply": ["value"],
    "nonsense_request": ["x"],
    "": [],
    "__proto__": [],
    "constructor": ["prototype"],
}


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[tuple[KernelManager, Path]]:
    log = tmp_path / "kernel.log"
    manager = KernelManager(kernel_name="pyspark-emr")
    with log.open("wb") as stderr:
        manager.start_kernel(env=dict(os.environ), stderr=stderr)
    yield manager, log
    if manager.is_alive():
        manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


class Attacker:
    """Knows the key, and does not mean well."""

    def __init__(self, key: bytes, seed: int) -> None:
        self.key, self.random = key, random.Random(seed)
        self.count = 0

    def sign(self, parts: list[bytes]) -> bytes:
        digest = hmac.new(self.key, digestmod=hashlib.sha256)
        for part in parts:
            digest.update(part)
        return digest.hexdigest().encode()

    def signed(self, *parts: bytes) -> list[bytes]:
        return [DELIMITER, self.sign(list(parts)), *parts]

    def message(self) -> list[bytes]:
        """A message that is what it should be but for its content."""
        self.count += 1
        kind = self.random.choice(list(CONTENT))
        content = {name: self.random.choice(ODD) for name in CONTENT[kind] if self.random.random() < 0.8}
        if kind == "execute_request":
            content["code"] = self.random.choice([None, 3, [], {}, "", "\n", "# nothing"])
        header = {
            "msg_id": f"m{self.count}",
            "msg_type": kind,
            "session": "s",
            "username": "u",
            "version": "5.3",
        }
        if self.random.random() < 0.2:
            header[self.random.choice(["session", "username", "version", "date"])] = self.random.choice(ODD)
        parent = self.random.choice([{}, {"msg_id": self.random.choice(ODD)}])
        return self.signed(*(json.dumps(part).encode() for part in (header, parent, {}, content)))

    def noise(self, size: int = 60) -> bytes:
        return self.random.randbytes(self.random.randrange(size))

    def frames(self) -> list[bytes]:
        """One malformed message of some kind."""
        good = self.message()
        how = self.random.randrange(9)
        if how == 0:
            return [self.noise() for _ in range(self.random.randrange(1, 8))]
        if how == 1:
            good[1] = self.random.choice([b"", b"0" * 64, self.noise(), good[1][:-1], good[1] + b"0"])
            return good
        if how == 2:
            return good[: self.random.randrange(1, len(good))]
        if how == 3:
            at = self.random.randrange(2, 6)
            good[at] = good[at][:-1] + bytes([good[at][-1] ^ 1])
            return good
        if how == 4:
            odd = [
                b"",
                b"{",
                b"[]",
                b"null",
                b"\xff\xfe",
                b'"x"',
                b"1e999",
                b"[" * 5000,
                b'{"a":' * 2000,
                self.noise(),
            ]
            parts = good[2:6]
            parts[self.random.randrange(4)] = self.random.choice(odd)
            return self.signed(*parts)
        if how == 5:
            odd = [
                {},
                {"msg_id": 1, "msg_type": "kernel_info_request"},
                {"msg_id": "x"},
                {"msg_id": [], "msg_type": {}},
            ]
            return self.signed(json.dumps(self.random.choice(odd)).encode(), *good[3:6])
        if how == 6:
            return [self.noise(), DELIMITER, DELIMITER, *good, self.noise()]
        # Most are well signed: what is in them is what has to be coped with.
        return good


def resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ten_thousand_malformed_messages_are_survived(kernel: tuple[KernelManager, Path]) -> None:
    manager, log = kernel
    info = manager.get_connection_info()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=TIMEOUT)
    pid = manager.provisioner.pid
    attacker = Attacker(info["key"], seed=20)
    context = zmq.Context.instance()
    sockets = {}
    for channel in ("shell", "control", "stdin"):
        sockets[channel] = context.socket(zmq.DEALER)
        sockets[channel].linger = 0
        sockets[channel].connect(f"tcp://{info['ip']}:{info[f'{channel}_port']}")

    def drain() -> None:
        for socket in sockets.values():
            while socket.poll(0):
                socket.recv_multipart()

    def still_answers() -> None:
        for channel, send in (("shell", client.kernel_info), ("control", None)):
            if send:
                msg_id = send()
            else:
                message = client.session.msg("kernel_info_request", {})
                client.control_channel.send(message)
                msg_id = message["header"]["msg_id"]
            while True:
                reply = getattr(client, f"{channel}_channel").get_msg(timeout=TIMEOUT)
                drain()
                if reply["parent_header"].get("msg_id") == msg_id:
                    assert reply["content"]["status"] == "ok"
                    break

    before = 0.0
    try:
        for number in range(FRAMES):
            channel = ("shell", "control", "stdin")[number % 3]
            frames = attacker.frames()
            if number % 500 == 0:
                # And one that is huge: a megabyte of nothing in the content, well signed and not.
                huge = json.dumps({"code": "#" + "x" * 1_000_000, "cursor_pos": 10**9}).encode()
                frames = attacker.signed(
                    b'{"msg_id":"h%d","msg_type":"is_complete_request"}' % number, b"{}", b"{}", huge
                )
                if number % 1000 == 0:
                    frames[1] = b"0" * 64
            sockets[channel].send_multipart(frames)
            if number % 100 == 99:
                drain()
            if number % 1000 == 999:
                still_answers()
            if number == FRAMES // 3:
                still_answers()
                before = resident_mb(pid)
        still_answers()
        growth = resident_mb(pid) - before
        reply = client.execute_interactive("%emr help", timeout=TIMEOUT, output_hook=lambda _message: None)
        assert reply["content"]["status"] == "ok", reply["content"]
        assert manager.provisioner.pid == pid and manager.is_alive()
        assert growth < GROWTH_MB, f"grew by {growth:.0f} MB"
        assert log.stat().st_size < LOG_BYTES, log.read_text(errors="replace")[-4000:]
    finally:
        for socket in sockets.values():
            socket.close()
        client.stop_channels()
