"""Nothing stays behind: the driver ends with the Livy process, and the JVM ends with the driver."""

import ctypes
import os
import signal
import sys
import threading


def die_with_parent():
    """Linux: the kernel kills us when our parent dies, even while user code holds the interpreter's lock."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    try:
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)  # 1: PR_SET_PDEATHSIG
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)


def end(jvm, code):
    """End at once, JVM first. Its Python workers end when it does: their daemon reads a pipe of the JVM's."""
    try:
        jvm.kill()
    finally:
        sys.__stderr__.flush()
        os._exit(code)


def end_with_jvm(jvm):
    """A driver without its JVM is no driver (out of memory, killed): say so in the log and end as it did."""

    def watch():
        code = jvm.process.wait()
        reason = f"killed by signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        print(f"Spark's JVM ended ({reason})", file=sys.__stderr__, flush=True)
        os._exit(128 - code if code < 0 else code or 1)

    threading.Thread(target=watch, name="jvm-watch", daemon=True).start()
