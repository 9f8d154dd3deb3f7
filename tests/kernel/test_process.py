"""The kernel as a process: what a Jupyter server, a client and an attacker on the same host may do to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import zmq
from echo import TIMEOUT, is_running, wait_until
from zmq.utils.monitor import recv_monitor_message


def address(kernel, channel: str) -> str:
    info = kernel.manager.get_connection_info()
    port = info[f"{channel}_port"]
    return f"tcp://{info['ip']}:{port}" if info["transport"] == "tcp" else f"ipc://{info['ip']}-{port}"


def raw_socket(kernel, channel: str, kind: int = zmq.DEALER):
    """A bare socket on a channel, without jupyter_client."""
    socket = zmq.Context.instance().socket(kind)
    socket.linger = 0
    socket.connect(address(kernel, channel))
    return socket


def test_wrongly_signed_message_is_not_run(echo) -> None:
    kernel = echo()
    session = kernel.client.session
    frames = session.serialize(session.msg("execute_request", {"code": "print evil", "silent": False}))
    bad = [*frames]
    bad[1] = b"0" * 64
    with raw_socket(kernel, "shell") as socket:
        socket.send_multipart(bad)
        bad[1] = b""
        socket.send_multipart(bad)
        good = session.serialize(session.msg("kernel_info_request", {}))
        socket.send_multipart(good)
        # The channel is read in order: the first answer that comes is the one to the good message.
        assert socket.poll(TIMEOUT * 1000)
        reply = session.deserialize(session.feed_identities(socket.recv_multipart())[1])
        assert reply["header"]["msg_type"] == "kernel_info_reply"
    assert kernel.text("print fine") == "fine\n"
    assert kernel.run("")[0]["execution_count"] == 2, "a forged cell was counted"


def test_replayed_message_is_not_run_again(echo) -> None:
    kernel = echo()
    session = kernel.client.session
    frames = session.serialize(session.msg("execute_request", {"code": "print once", "silent": False}))
    with raw_socket(kernel, "shell") as socket:
        for _ in range(3):
            socket.send_multipart(frames)
        socket.send_multipart(
            session.serialize(session.msg("execute_request", {"code": "", "silent": False}))
        )
        counts = []
        for _ in range(2):
            assert socket.poll(TIMEOUT * 1000)
            # A session of its own: ours would refuse nothing, but remembers the signatures.
            counts.append(json.loads(socket.recv_multipart()[5])["execution_count"])
    assert counts == [1, 2]


def test_garbage_on_every_channel_is_survived(echo) -> None:
    kernel = echo()
    session = kernel.client.session
    signed = [
        [b"<IDS|MSG>", session.sign(parts), *parts]
        for parts in (
            [b"{}", b"{}", b"{}", b"{}"],
            [b"not json", b"{}", b"{}", b"{}"],
            [b"[]", b"[]", b"[]", b"[]"],
            [
                b'{"msg_id": "a", "msg_type": "execute_request"}',
                b"{}",
                b"{}",
                b'{"code": 7, "user_expressions": 3}',
            ],
            [b'{"msg_id": "b", "msg_type": "complete_request"}', b"{}", b"{}", b'{"cursor_pos": "x"}'],
            [b'{"msg_id": "c", "msg_type": "__proto__"}', b"{}", b"{}", b"null"],
        )
    ]
    for channel in ("shell", "control", "stdin", "hb"):
        with raw_socket(kernel, channel) as socket:
            for frames in [[b""], [b"<IDS|MSG>"], [b"\xff" * 1000] * 9, *signed]:
                socket.send_multipart(frames)
    with raw_socket(kernel, "iopub", zmq.XSUB) as socket:
        socket.send(b"\x01\xff\xfe")
        socket.send(b"no subscription")
    assert kernel.text("print fine") == "fine\n"
    wait_until(kernel.client.hb_channel.is_beating, TIMEOUT, "the heart beats")


def test_errors_nobody_caught_are_survived(echo) -> None:
    kernel = echo()
    kernel.run("reject no\nuncaught no\nsleep 10")
    assert kernel.run("throw oops")[0]["ename"] == "TypeError"
    assert kernel.text("print fine") == "fine\n"


def test_curve(echo) -> None:
    kernel = echo(transport_encryption="required")
    assert kernel.manager.get_connection_info()["curve_publickey"]
    assert kernel.text("print encrypted") == "encrypted\n"
    wait_until(kernel.client.hb_channel.is_beating, TIMEOUT, "the heart beats")
    # A client without keys is turned away, whatever it knows of the signature.
    with zmq.Context.instance().socket(zmq.DEALER) as socket:
        monitor = socket.get_monitor_socket()
        socket.linger = 0
        socket.connect(address(kernel, "shell"))
        seen = []
        while not seen or seen[-1] not in (zmq.EVENT_HANDSHAKE_SUCCEEDED, zmq.EVENT_DISCONNECTED):
            assert monitor.poll(TIMEOUT * 1000), seen
            seen.append(recv_monitor_message(monitor)["event"])
        assert seen[-1] == zmq.EVENT_DISCONNECTED
        socket.disable_monitor()
    kernel.manager.shutdown_kernel()


@pytest.mark.skipif(sys.platform == "win32", reason="IPC is for Unix")
@pytest.mark.parametrize("encryption", ["disabled", "required"])
def test_ipc(echo, encryption: str) -> None:
    # The path of a Unix socket is at most about 100 characters long: not below pytest's own folder.
    with tempfile.TemporaryDirectory(prefix="k-") as folder:
        kernel = echo(transport="ipc", ip=f"{folder}/k", transport_encryption=encryption)
        assert kernel.text("print over a file") == "over a file\n"
        kernel.manager.shutdown_kernel()
        assert os.listdir(folder) == []


def test_interrupt_ends_the_running_cell_only(echo) -> None:
    kernel = echo()
    client = kernel.client
    running, waiting = client.execute("print on\nsleep 60000"), client.execute("print never")
    kernel.iopub(lambda message: message["msg_type"] == "stream")
    kernel.manager.interrupt_kernel()
    replies = {}
    for _ in range(2):
        message = client.get_shell_msg(timeout=TIMEOUT)
        replies[message["parent_header"]["msg_id"]] = message["content"]
    assert (replies[running]["status"], replies[running]["ename"]) == ("error", "KeyboardInterrupt")
    assert replies[waiting]["status"] == "aborted"
    assert kernel.text("print next") == "next\n"


def test_sigint_interrupts_and_does_not_end(echo) -> None:
    kernel = echo()
    os.kill(kernel.pid, signal.SIGINT)
    msg_id = kernel.client.execute("print on\nsleep 60000")
    kernel.iopub(lambda message: message["msg_type"] == "stream")
    os.kill(kernel.pid, signal.SIGINT)
    assert kernel.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
    assert kernel.text("print fine") == "fine\n"


def test_client_that_reconnects_under_its_name_is_heard(echo) -> None:
    kernel = echo()
    again = kernel.manager.client()  # the same session id, so the same ZeroMQ identity
    again.start_channels()
    again.wait_for_ready(timeout=TIMEOUT)
    again.stop_channels()


def test_run_all_stops_at_the_first_error(echo) -> None:
    kernel = echo()
    for _ in range(10):  # the failure is faster than the socket, or not
        ids = [kernel.client.execute(code) for code in ["fail on purpose", *["print never"] * 20]]
        statuses = {}
        while len(statuses) < len(ids):
            message = kernel.client.get_shell_msg(timeout=TIMEOUT)
            statuses[message["parent_header"]["msg_id"]] = message["content"]["status"]
        assert list(statuses) == ids
        assert list(statuses.values()) == ["error"] + ["aborted"] * 20
    assert kernel.text("print fine") == "fine\n"


def test_answers_while_a_cell_runs(echo) -> None:
    kernel = echo()
    client = kernel.client
    running = client.execute("print on\nsleep 60000")
    kernel.iopub(lambda message: message["msg_type"] == "stream")
    for msg_id, key in [
        (client.complete("stub"), "matches"),
        (client.inspect("print"), "found"),
        (client.is_complete("x"), "status"),
        (client.history(), "history"),
        (client.comm_info(), "comms"),
        (client.kernel_info(), "banner"),
    ]:
        message = kernel.reply(msg_id)
        assert key in message["content"]
        # The kernel's state, as JupyterLab and the culler read it, goes back to what is true.
        kernel.iopub(
            lambda message: (
                message["msg_type"] == "status"
                and message["parent_header"]["msg_id"] == running
                and message["content"]["execution_state"] == "busy"
            )
        )
    kernel.manager.interrupt_kernel()
    assert kernel.reply(running)["content"]["status"] == "error"


def test_input(echo) -> None:
    kernel = echo()
    reply, outputs = kernel.run(
        "input password",
        allow_stdin=True,
        stdin_hook=lambda message: kernel.client.input("x" if message["content"]["password"] else "?"),
    )
    assert reply["status"] == "ok"
    assert outputs[-1]["content"]["text"] == "got x\n"


def test_comm_with_buffers_is_heard(echo) -> None:
    kernel = echo()
    client = kernel.client
    session = client.session
    socket = client.shell_channel.socket
    session.send(socket, "comm_open", {"comm_id": "c", "target_name": "echo", "data": {}})
    session.send(socket, "comm_msg", {"comm_id": "c", "data": {"n": 1}}, buffers=[b"\x00\xff<IDS|MSG>", b"{"])
    heard = [
        kernel.iopub(lambda message: message["msg_type"] == "comm_msg")["content"]["data"] for _ in range(2)
    ]
    assert {"echo": {"n": 1}} in heard
    assert {"pushed": True} in heard


def test_no_output_is_lost_on_a_slow_client(echo) -> None:
    kernel = echo()
    # Far more than a publisher lets wait by default, and than fits the buffers on the way.
    count = 4000
    kernel.reply(kernel.client.execute(f"displays {count}"))
    for i in range(count):
        message = kernel.iopub(lambda message: message["msg_type"] == "display_data")
        assert message["content"]["data"]["text/plain"].rstrip() == str(i)


def test_heart_beats_under_load(echo) -> None:
    kernel = echo()
    with raw_socket(kernel, "hb", zmq.REQ) as heart:
        running = kernel.client.execute("\n".join(["flood 20000"] * 50))
        for _ in range(200):
            kernel.client.complete("stub")
        beats = 0
        while not kernel.client.shell_channel.msg_ready() or beats < 20:
            heart.send(b"ping")
            assert heart.poll(5000), f"no beat within five seconds, after {beats}"
            assert heart.recv() == b"ping"
            beats += 1
        assert kernel.reply(running)["content"]["status"] == "ok"


def test_shutdown_tells_everybody_and_ends(echo, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    kernel = echo(env={"ECHO_MARK": str(mark)})
    other = kernel.connect()
    msg_id = kernel.client.shutdown()
    reply = kernel.reply(msg_id, channel="control")
    assert reply["content"] == {"status": "ok", "restart": False}
    kernel.iopub(lambda message: message["msg_type"] == "shutdown_reply", other)
    assert kernel.wait_gone(3) == 0
    assert mark.read_text() == "shutdown restart=false\n"
    other.stop_channels()


def test_shutdown_with_a_slow_engine_ends_before_jupyter_kills_it(echo) -> None:
    kernel = echo(env={"ECHO_SHUTDOWN_MS": "60000"})
    kernel.client.execute("stubborn 60000")
    kernel.iopub(lambda message: message["msg_type"] == "execute_input")
    begun = time.monotonic()
    kernel.reply(kernel.client.shutdown(), channel="control")
    assert time.monotonic() - begun < 1, "the reply came late"
    os.kill(kernel.pid, signal.SIGTERM)  # as jupyter_client does half-way
    assert kernel.wait_gone(4.8) == 0


def test_shutdown_ends_a_running_cell_and_its_error_arrives(echo) -> None:
    kernel = echo()
    msg_id = kernel.client.execute("print on\nsleep 60000")
    kernel.iopub(lambda message: message["msg_type"] == "stream")
    kernel.client.shutdown()
    assert kernel.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
    assert kernel.wait_gone(3) == 0


def test_sigterm_is_a_clean_end(echo, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    kernel = echo(env={"ECHO_MARK": str(mark)})
    os.kill(kernel.pid, signal.SIGTERM)
    assert kernel.wait_gone(3) == 0
    assert mark.exists()


def test_restart(echo, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    kernel = echo(env={"ECHO_MARK": str(mark)})
    assert kernel.run("")[0]["execution_count"] == 1
    assert kernel.run("")[0]["execution_count"] == 2
    before = kernel.pid
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=TIMEOUT)
    assert kernel.pid != before
    assert mark.read_text() == "shutdown restart=true\n"
    assert kernel.run("")[0]["execution_count"] == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_no_orphan_when_the_server_is_killed(echo_spec: Path) -> None:
    program = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name='echo')
print(manager.provisioner.pid, flush=True)
client.execute_interactive('sleep 600000')
"""
    server = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    pid = int(server.stdout.readline())
    assert is_running(pid)
    server.kill()
    server.wait()
    server.stderr.close()  # nobody reads what the kernel logs from now on
    try:
        wait_until(lambda: not is_running(pid), 5, "the kernel notices that its server is gone")
    finally:
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)


def test_second_kernel_on_taken_ports_says_so(echo) -> None:
    kernel = echo()
    argv = [*kernel.manager.kernel_spec.argv[:2], kernel.manager.connection_file]
    answer = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=TIMEOUT)
    assert answer.returncode != 0
    assert "cannot be bound" in answer.stderr
    assert kernel.manager.session.key.decode() not in answer.stderr
