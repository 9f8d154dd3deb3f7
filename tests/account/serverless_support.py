"""Steps that tests of EMR Serverless share."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from account_support import wait_for
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def code(error) -> str:
    return error.value.response["Error"]["Code"]


def message(error) -> str:
    return error.value.response["Error"]["Message"]


def create(serverless, **given) -> dict:
    """CreateApplication, of a release and type unless others are given."""
    return serverless.create_application(**{"releaseLabel": "emr-7.9.0", "type": "SPARK", **given})


def make(serverless, **given) -> str:
    """Id of an application that is CREATED."""
    application = create(serverless, **given)["applicationId"]
    wait_for(lambda: state_of(serverless, application) == "CREATED", "CREATED")
    return application


def state_of(serverless, application: str) -> str:
    return serverless.get_application(applicationId=application)["application"]["state"]


class Endpoint:
    """An application's Livy endpoint, asked with signed requests."""

    def __init__(self, account, application: str, region="us-east-1"):
        env = account.ready["env"]
        site = json.loads(Path(env["JUPYTERLAB_EMR_CONFIG"]).read_text())
        self.base = (
            site["serverlessLivyUrl"].replace("{region}", region).replace("{applicationId}", application)
        )
        self.keys = (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
        self.context = ssl.create_default_context(cafile=account.ready["ca"])
        self.region = region

    def ask(self, method, path, body=None, service="emr-serverless", keys=None, region=None, headers=None):
        """(status, parsed body)."""
        data = None if body is None else json.dumps(body).encode()
        request = AWSRequest(
            method, self.base + path, headers={"content-type": "application/json"}, data=data
        )
        SigV4Auth(Credentials(*(keys or self.keys)), service, region or self.region).add_auth(request)
        sent = urllib.request.Request(
            request.url, data, headers if headers is not None else dict(request.headers), method=method
        )
        try:
            with urllib.request.urlopen(sent, context=self.context, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
