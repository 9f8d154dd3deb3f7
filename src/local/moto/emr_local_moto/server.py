"""The WSGI application: moto, with what the account asks of it besides AWS below ``/_account``."""

import hmac
import json
import logging
import traceback

from moto.iam.access_control import PermissionResult
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import FakeBucket
from werkzeug.serving import make_server

from . import data, identities, lake

TOKEN = "HTTP_X_EMR_LOCAL_TOKEN"


class Application:
    def __init__(self, start):
        self._start = start
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._actions = {
            "/_account/policies": lambda: identities.snapshot(start["accountId"]),
            "/_account/next-day": lambda: data.add_next_day(start),
        }

    def __call__(self, environ, respond):
        if not hmac.compare_digest(environ.pop(TOKEN, ""), self._start["token"]):
            respond("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"Ask the local account's endpoint, not this port."]
        action = self._actions.get(environ["PATH_INFO"])
        if action is None:
            lake.ensure(self._start, environ["PATH_INFO"])
            return self._moto(environ, respond)
        try:
            status, answer = "200 OK", json.dumps(action())
        except Exception:  # noqa: BLE001 - the account says it
            status, answer = "500 Internal Server Error", traceback.format_exc()
        respond(status, [("Content-Type", "application/json")])
        return [answer.encode()]


def serve(start, ready):
    """Make what is there from the beginning, listen on the loopback, and serve until the process ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # The account evaluates bucket policies itself, with their conditions.
    FakeBucket.get_permission = lambda *_args, **_options: PermissionResult.PERMITTED
    identities.make(start)
    data.make(start)
    lake.make_buckets(start)
    server = make_server(
        "127.0.0.1", 0, Application(start), threaded=True, request_handler=MotoRequestHandler
    )
    ready(server.server_port)
    server.serve_forever()
