"""The kernels that are compared, and one running kernel as a Jupyter client sees it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import psutil
import zmq
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from typing_extensions import Self

#: Seconds that a kernel may take to answer its first request.
READY_TIMEOUT = 60.0


@dataclass(frozen=True)
class Flavour:
    """One of the two: how it is started and bound."""

    name: str
    title: str
    #: interpreter of the environment that the kernel is installed in
    python: str
    #: folder that holds the kernelspec's folder
    specs: str
    kernel: str
    #: cell that binds the kernel to a Livy; None where the first cell does that by itself
    connect: str | None
    env: dict[str, str] = field(default_factory=dict)


def ours(python: str, livy_url: str) -> Flavour:
    """Our kernel in the environment of ``python``."""
    return Flavour(
        name="ours",
        title="pyspark-emr",
        python=python,
        specs=str(Path(python).parent.parent / "share" / "jupyter" / "kernels"),
        kernel="pyspark-emr",
        connect=f"%emr connect --livy-url {livy_url} --auth-type None",
    )


def sparkmagic(python: str, livy_url: str, folder: Path) -> Flavour:
    """sparkmagic's PySpark kernel with its defaults, but time for a slow Spark to start."""
    folder.mkdir(parents=True, exist_ok=True)
    credentials = {"username": "", "password": "", "url": livy_url, "auth": "None"}
    config = {
        "kernel_python_credentials": credentials,
        "livy_session_startup_timeout_seconds": 600,
    }
    (folder / "config.json").write_text(json.dumps(config))
    where = subprocess.run(
        [python, "-c", "import sparkmagic; print(sparkmagic.__path__[0])"], check=True, capture_output=True
    )
    return Flavour(
        name="sparkmagic",
        title="sparkmagic",
        python=python,
        specs=str(Path(where.stdout.decode().strip()) / "kernels"),
        kernel="pysparkkernel",
        connect=None,
        env={"SPARKMAGIC_CONF_DIR": str(folder), "IPYTHONDIR": str(folder / "ipython")},
    )


@dataclass(frozen=True)
class Cell:
    """What running a cell came to. Times are seconds since the epoch."""

    started: float
    ended: float
    #: status of the execute_reply
    status: str
    #: everything printed or displayed, as text
    text: str
    #: when it was interrupted
    interrupted: float | None = None

    @property
    def wall(self) -> float:
        """Seconds from sending the request until both its reply and "idle" were there."""
        return self.ended - self.started


class Kernel:
    """A running kernel. Use as a context manager: it is gone afterwards."""

    #: every kernel that was started and not yet stopped, for an interrupted run
    running: ClassVar[set[Kernel]] = set()

    def __init__(self, flavour: Flavour, log: Path) -> None:
        self.flavour = flavour
        self._log = log
        # ZeroMQ tries a refused connection again after 100 ms by default, which would round the ready time up.
        self._context = zmq.Context()
        self._context.setsockopt(zmq.RECONNECT_IVL, 5)
        self._folder = tempfile.TemporaryDirectory(prefix="emr-bench-")
        self._manager = KernelManager(
            kernel_name=flavour.kernel,
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[flavour.specs], ensure_native_kernel=False),
            connection_file=os.path.join(self._folder.name, "kernel.json"),
            context=self._context,
        )
        spec = self._manager.kernel_spec
        assert spec is not None
        # jupyter_client would put its own interpreter for "python"; each kernel has one of its own.
        spec.argv = [flavour.python, *spec.argv[1:]]
        self.ready = 0.0
        self._started()

    def _started(self) -> None:
        env = {key: value for key, value in os.environ.items() if key not in ("LIVY_URL", "BENCH_TARGET")}
        Kernel.running.add(self)
        begin = time.time()
        with open(self._log, "ab") as log:
            # in a folder of its own: `python -m` would take a package of the clone for the installed one
            self._manager.start_kernel(
                env={**env, **self.flavour.env}, cwd=self._folder.name, stdout=log, stderr=log
            )
        try:
            self._client = self._manager.client()
            self._client.start_channels(hb=False, stdin=False, control=False)
            self._shell = self._client.shell_channel.socket
            self._iopub = self._client.iopub_channel.socket
            request = self._client.kernel_info()
            while not self._shell.poll(200):
                if self._manager.provisioner.process.poll() is not None:
                    raise RuntimeError(
                        f"{self.flavour.title} ended as soon as it was started: {self._last_words()}"
                    )
                if time.time() > begin + READY_TIMEOUT:
                    raise TimeoutError(f"{self.flavour.title} did not answer in {READY_TIMEOUT} s")
            _, reply = self._client.session.recv(self._shell, 0)
            self.ready = time.time() - begin
            assert reply["parent_header"]["msg_id"] == request, reply
            # A first cell tells that the iopub connection stands; its outputs would be missed otherwise.
            self._drain()
        except BaseException:
            self.stop()
            raise

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return next(
            (line for line in lines if re.match(r"\w*Error\b", line)),
            lines[-1] if lines else "it said nothing",
        )

    def _drain(self) -> None:
        """Ask until an answer's "idle" comes by iopub, then drop what else is queued there."""
        for _ in range(100):
            self._client.kernel_info()
            self._shell.poll(READY_TIMEOUT * 1000)
            self._client.session.recv(self._shell, 0)
            if self._iopub.poll(100):
                break
        while self._iopub.poll(100):
            self._client.session.recv(self._iopub, 0)

    def execute(self, code: str, timeout: float = 600, stop_when: Callable[[], bool] | None = None) -> Cell:
        """Run a cell to its end. Raises TimeoutError when that takes longer than ``timeout`` seconds.

        ``stop_when``: asked every 20 ms; once it says yes the kernel is interrupted as Jupyter does it, and the cell's
        ``interrupted`` is that moment.
        """
        interrupted = None
        poller = zmq.Poller()
        poller.register(self._shell, zmq.POLLIN)
        poller.register(self._iopub, zmq.POLLIN)
        texts: list[str] = []
        status = None
        idle = False
        begin = time.time()
        request = self._client.execute(code, store_history=True, allow_stdin=False)
        while status is None or not idle:
            left = begin + timeout - time.time()
            waiting = stop_when is not None and interrupted is None
            ready = dict(poller.poll(min(20, max(0, left) * 1000) if waiting else max(0, left) * 1000))
            if waiting and not ready and left > 0:
                if stop_when():
                    interrupted = time.time()
                    self._manager.interrupt_kernel()
                continue
            if not ready:
                raise TimeoutError(f"{self.flavour.title}: the cell {code!r} did not end in {timeout} s")
            for socket in ready:
                _, message = self._client.session.recv(socket, 0)
                if message["parent_header"].get("msg_id") != request:
                    continue
                content = message["content"]
                if socket is self._shell:
                    status = content["status"]
                elif message["msg_type"] == "status":
                    idle = content["execution_state"] == "idle"
                else:
                    texts.append(text_of(message["msg_type"], content))
        return Cell(begin, time.time(), status, "".join(texts), interrupted)

    def memory(self) -> dict[str, float]:
        """RSS and PSS (Linux) of the kernel's processes together, in MB."""
        total = {"processes": 0, "rss": 0.0, "pss": 0.0}
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                info = process.memory_full_info()
                total["processes"] += 1
                total["rss"] += info.rss / 1e6
                total["pss"] += getattr(info, "pss", info.uss) / 1e6
        return total

    def stop(self) -> None:
        """Shut the kernel down as Jupyter does (a request, then a signal); whatever is left of it is killed."""
        family = self._processes()
        try:
            with contextlib.suppress(Exception):
                self._client.stop_channels()
            with contextlib.suppress(Exception):
                self._manager.shutdown_kernel(now=False)
        finally:
            for process in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            with contextlib.suppress(Exception):
                self._manager.cleanup_resources()
            self._context.destroy(linger=0)
            self._folder.cleanup()
            Kernel.running.discard(self)

    def _processes(self) -> list[psutil.Process]:
        """The kernel's process and all below it; psutil.Process knows a reused process id from the old one."""
        provisioner = self._manager.provisioner
        process = getattr(provisioner, "process", None)
        if process is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(process.pid)
            return [first, *first.children(recursive=True)]
        return []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def text_of(kind: str, content: dict) -> str:
    """What an output message shows, as text."""
    if kind == "stream":
        return content["text"]
    if kind == "error":
        return f"{content['ename']}: {content['evalue']}"
    return str(content.get("data", {}).get("text/plain", ""))
