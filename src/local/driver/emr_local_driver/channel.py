"""The wire to the Livy process: JSON lines on a socket of its own, so no print of anybody can break into it."""

import json
import socket
import threading


class Channel:
    """``receive`` is called by one thread; ``send`` by any."""

    def __init__(self, fd):
        self._socket = socket.socket(fileno=fd)
        self._socket.setblocking(True)
        # Neither the JVM nor a user's subprocess may hold the wire open after we are gone.
        self._socket.set_inheritable(False)
        self._reader = self._socket.makefile("r", encoding="utf-8", newline="\n")
        self._lock = threading.Lock()

    def receive(self):
        """The next message, or None when the Livy process is gone."""
        try:
            line = self._reader.readline()
        except OSError:
            return None
        return json.loads(line) if line.endswith("\n") else None

    def send(self, message, payload=None):
        """``payload``: JSON text that follows the line as it is; the Livy process hands it on unread."""
        body = b""
        if payload is not None:
            body = payload.encode("utf-8", "surrogatepass")
            message = {**message, "bytes": len(body)}
        data = json.dumps(message).encode("ascii") + b"\n" + body
        with self._lock:
            try:
                self._socket.sendall(data)
            except OSError:
                pass  # the reader sees the end of the wire and ends the process
