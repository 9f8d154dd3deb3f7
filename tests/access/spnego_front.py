"""
A front that lets in who has a Kerberos ticket, as Livy's own filter does: SPNEGO, then a signed cookie `hadoop.auth`.
What is let in goes to the Livy behind it. Run with KRB5_CONFIG and KRB5_KTNAME set; the system's libgssapi_krb5 checks.

    python spnego_front.py http://127.0.0.1:PORT COOKIE_SECONDS     (0: it gives no cookie)

Prints its URL. `GET /_front` tells how often it negotiated.
"""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import hashlib
import http.client
import json
import secrets
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GSS = ctypes.CDLL(ctypes.util.find_library("gssapi_krb5"))
UPSTREAM = urllib.parse.urlsplit(sys.argv[1])
COOKIE_SECONDS = float(sys.argv[2])
KEY = secrets.token_hex(16)
COUNTS = {"negotiations": 0, "cookies": 0, "refused": 0}


class Buffer(ctypes.Structure):
    _fields_ = (("length", ctypes.c_size_t), ("value", ctypes.c_void_p))


def bytes_of(buffer: Buffer) -> bytes:
    return ctypes.string_at(buffer.value, buffer.length) if buffer.length else b""


def accept(token: bytes) -> tuple[str, bytes]:
    """Who sent the token, and what to answer. @raises PermissionError"""
    minor, context, name = ctypes.c_uint32(), ctypes.c_void_p(), ctypes.c_void_p()
    keep = ctypes.create_string_buffer(token, len(token))
    given, answer = Buffer(len(token), ctypes.cast(keep, ctypes.c_void_p)), Buffer()
    major = GSS.gss_accept_sec_context(
        ctypes.byref(minor), ctypes.byref(context), None, ctypes.byref(given), None,
        ctypes.byref(name), None, ctypes.byref(answer), None, None, None,
    )  # fmt: skip
    if major != 0:
        raise PermissionError(f"gss_accept_sec_context: {major:#x}, {minor.value}")
    shown = Buffer()
    GSS.gss_display_name(ctypes.byref(minor), name, ctypes.byref(shown), None)
    return bytes_of(shown).decode(), bytes_of(answer)


def sign(text: str) -> str:
    return hashlib.sha256(f"{text}{KEY}".encode()).hexdigest()


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def user(self) -> tuple[str | None, dict[str, str]]:
        """Who it is, and what the answer says of it."""
        cookie = self.headers.get("Cookie", "").removeprefix('hadoop.auth="').removesuffix('"')
        text, _, signature = cookie.rpartition("&s=")
        fields = dict(urllib.parse.parse_qsl(text))
        if text and signature == sign(text) and float(fields["e"]) > time.time() * 1000:
            COUNTS["cookies"] += 1
            return fields["u"], {}
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        if kind != "Negotiate":
            return None, {"WWW-Authenticate": "Negotiate", "Set-Cookie": "hadoop.auth=; Path=/; HttpOnly"}
        try:
            user, back = accept(base64.b64decode(token))
        except PermissionError as error:
            print(error, file=sys.stderr)
            return None, {}
        COUNTS["negotiations"] += 1
        headers = {"WWW-Authenticate": f"Negotiate {base64.b64encode(back).decode()}"}
        if COOKIE_SECONDS:
            end = int((time.time() + COOKIE_SECONDS) * 1000)
            text = f"u={user.split('@')[0]}&p={user}&t=kerberos&e={end}"
            headers["Set-Cookie"] = f'hadoop.auth="{text}&s={sign(text)}"; Path=/; HttpOnly'
        return user, headers

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_front":
            self.answer(200, json.dumps(COUNTS).encode())
            return
        user, headers = self.user()
        if user is None:
            COUNTS["refused"] += 1
            self.answer(401, b"Authentication required", headers)
            return
        connection = http.client.HTTPConnection(UPSTREAM.hostname, UPSTREAM.port)
        kept = {key: self.headers[key] for key in ("Content-Type", "X-Requested-By") if self.headers[key]}
        connection.request(self.command, self.path, body, kept)
        response = connection.getresponse()
        self.answer(
            response.status,
            response.read(),
            {**headers, "Content-Type": response.getheader("Content-Type", "")},
        )

    do_GET = do_POST = do_DELETE = handle_any


server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
print(f"http://localhost:{server.server_port}", flush=True)
server.serve_forever()
