"""A running local account, clients of it that check every answer, and the steps that many tests take."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import botocore.loaders
import botocore.session
from account_model import check_every_answer
from botocore.config import Config

HERE = Path(__file__).parent
MAIN = HERE.parent.parent / "jupyterlab_emr" / "node" / "local" / "main.mjs"
SPEED = 200
# Tests speak both of Service Catalog's protocols; a client speaks one.
CBOR, JSON = "smithy-rpc-v2-cbor", "json"


def wait_for(check, what, seconds=30.0):
    """Ask until the answer is true; the account tells of a change only when it is asked, as AWS does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = check()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class OneProtocol(botocore.loaders.Loader):
    """A loader of service models that leaves a service one wire protocol."""

    protocol: str | None = None

    def load_service_model(self, service_name, type_name, api_version=None):
        model = super().load_service_model(service_name, type_name, api_version)
        if (
            self.protocol
            and type_name == "service-2"
            and self.protocol in model["metadata"].get("protocols", [])
        ):
            return {
                **model,
                "metadata": {**model["metadata"], "protocol": self.protocol, "protocols": [self.protocol]},
            }
        return model


class Account:
    """A running local account."""

    def __init__(self, *arguments: str, livy: Path = HERE / "fake_livy.mjs", speed: float = SPEED, **popen):
        self.process = subprocess.Popen(
            ["node", str(MAIN), "--speed", str(speed), "--livy", str(livy), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if popen.pop("quiet", False) else None,
            text=True,
            **popen,
        )
        line = self.process.stdout.readline()
        assert line, "the account ended before it was ready"
        self.ready = json.loads(line)
        self.roles = self.ready["roles"]

    def client(self, service: str, protocol: str = JSON, check: bool = True, **overrides):
        session = botocore.session.get_session()
        loader = OneProtocol()
        loader.search_paths.extend(session.get_component("data_loader").search_paths)
        loader.protocol = protocol
        session.register_component("data_loader", loader)
        if check:
            check_every_answer(session)
        env = self.ready["env"]
        options = {
            "region_name": env["AWS_REGION"],
            "endpoint_url": env["AWS_ENDPOINT_URL"],
            "aws_access_key_id": env["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": env["AWS_SECRET_ACCESS_KEY"],
            "config": Config(retries={"total_max_attempts": 1}),
            **overrides,
        }
        return session.create_client(service, **options)

    def control(self, method: str, path: str, body=None, raw: bytes | None = None):
        """Ask /_local; returns (status, parsed body)."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["endpoint"] + "/_local/" + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def product(self, name: str) -> dict:
        return next(product for product in self.ready["products"] if product["name"] == name)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        return code


def provision(account: Account, product: str, name: str, catalog=None, **options):
    """ProvisionProduct with a product's default version and, where it has several, its first path."""
    found = account.product(product)
    if len(found["paths"]) > 1:
        options.setdefault("PathId", found["paths"][0])
    return (catalog or account.client("servicecatalog")).provision_product(
        **{
            "ProductId": found["productId"],
            "ProvisioningArtifactId": found["versions"][0],
            "ProvisionedProductName": name,
            **options,
        }
    )["RecordDetail"]


RESEARCH = [
    {"Key": "ProjectCode", "Value": "ABC-1234"},
    {"Key": "MetastorePassword", "Value": "correct horse"},
]


def follow(catalog, record_id: str, seconds=30.0) -> dict:
    """A record when it has ended."""

    def ended():
        detail = catalog.describe_record(Id=record_id)["RecordDetail"]
        return detail if detail["Status"] in ("SUCCEEDED", "FAILED") else None

    return wait_for(ended, f"end of record {record_id}", seconds)


def walk(method, **options):
    """Every page of one of Service Catalog's lists; boto3 has a paginator for some of them only."""
    token = {}
    while True:
        page = method(**options, **token)
        yield page
        if not page.get("NextPageToken"):
            return
        token = {"PageToken": page["NextPageToken"]}


def state_of(emr, cluster_id: str) -> str:
    return emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]["State"]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
