"""A notebook's kernel, driven as a front end drives it, and clusters on the local account."""

from __future__ import annotations

import contextlib
import json
import os
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import boto3
from jupyter_client.client import KernelClient
from jupyter_client.manager import KernelManager


@dataclass
class Result:
    """What one cell did."""

    status: str
    reply: dict
    outputs: list[dict] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands below the cell, as text, in order: updates of a display replace it, `clear_output` takes all away."""
        shown: list[tuple[str | None, str]] = []
        clears = False
        for message in self.outputs:
            kind, content = message["msg_type"], message["content"]
            if kind == "clear_output":
                clears = content["wait"]
                shown = shown if clears else []
                continue
            if clears and kind != "update_display_data":
                shown, clears = [], False
            if kind == "stream":
                shown.append((None, content["text"]))
            elif kind in ("display_data", "execute_result", "update_display_data"):
                handle = content.get("transient", {}).get("display_id")
                text = content["data"].get("text/plain", "")
                if kind == "update_display_data":
                    shown = [(key, text if key == handle else old) for key, old in shown]
                else:
                    shown.append((handle, text))
            elif kind == "error":
                shown.append((None, "\n".join(content["traceback"])))
        return "\n".join(text for _, text in shown)

    @property
    def error(self) -> str:
        """`ename: evalue` of the error that the cell ended with, and its traceback."""
        assert self.status == "error", f"the cell succeeded: {self.text}"
        return f"{self.reply['ename']}: {self.reply['evalue']}\n" + "\n".join(self.reply["traceback"])

    def data(self, mime: str) -> list:
        return [
            message["content"]["data"][mime]
            for message in self.outputs
            if mime in message["content"].get("data", {})
        ]


def client_of(manager: KernelManager) -> KernelClient:
    """
    A client with a session of its own, as each front end has one. ``manager.client()`` copies the manager's: all of them
    count their messages alike under one name, so that the end of an interrupt is taken for the end of a cell.
    """
    client = manager.client()
    client.session.session = uuid.uuid4().hex
    return client


class Notebook:
    """A kernel of ours and a client on it."""

    def __init__(self, spec: str = "pyspark-emr", env: dict[str, str] | None = None) -> None:
        self.manager = KernelManager(kernel_name=spec)
        self.manager.start_kernel(env={**os.environ, **(env or {})})
        self.client = client_of(self.manager)
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.seen: list[str] = []

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid

    def run(
        self, code: str, timeout: float = 180, when: Callable[[Result], bool] | None = None, then=None
    ) -> Result:
        """Run a cell to its end. With `when`, `then()` is called once, as soon as the outputs so far satisfy it."""
        result = Result("", {})

        def hook(message: dict) -> None:
            self.seen.append(json.dumps(message["content"]))
            if message["msg_type"] not in ("status", "execute_input"):
                result.outputs.append(message)
            nonlocal when
            if when is not None and when(result):
                when = None
                then()

        reply = self.client.execute_interactive(code, timeout=timeout, output_hook=hook, allow_stdin=False)
        assert when is None, f"never seen what was waited for; shown: {result.text}"
        result.status, result.reply = reply["content"]["status"], reply["content"]
        self.seen.append(json.dumps(result.reply))
        return result

    def ok(self, code: str, **options) -> Result:
        result = self.run(code, **options)
        assert result.status == "ok", result.error
        return result

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()

    def close(self) -> None:
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel()
        self.manager.cleanup_resources()


class Account:
    """The local account from outside: boto3 and the control calls."""

    def __init__(self, answer: dict) -> None:
        self.answer = answer
        self.roles: dict[str, str] = answer["roles"]
        self.products = {product["name"]: product["productId"] for product in answer["products"]}

    def client(self, service: str):
        env = self.answer["env"]
        return boto3.client(
            service,
            region_name=self.answer["region"],
            endpoint_url=self.answer["endpoint"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )

    def control(self, method: str, path: str, body: dict | None = None):
        request = urllib.request.Request(
            f"{self.answer['endpoint']}/_local/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None

    def provision(self, product_id: str, name: str, parameters: dict[str, str] | None = None, **more) -> str:
        """
        Provision through Service Catalog and wait; the cluster's id. It stays however long nobody uses it: at the speed
        of the tests the usual eight hours are over in five minutes, which other tests take on a busy machine.
        """
        catalog = self.client("servicecatalog")
        artifact = catalog.describe_product(Id=product_id)["ProvisioningArtifacts"][-1]["Id"]
        asked = catalog.describe_provisioning_parameters(
            ProductId=product_id, ProvisioningArtifactId=artifact
        )["ProvisioningArtifactParameters"]
        if any(one["ParameterKey"] == "IdleTimeoutSeconds" for one in asked):
            parameters = {"IdleTimeoutSeconds": "604800", **(parameters or {})}
        record = catalog.provision_product(
            ProductId=product_id,
            ProvisioningArtifactId=artifact,
            ProvisionedProductName=name,
            ProvisioningParameters=[
                {"Key": key, "Value": value} for key, value in (parameters or {}).items()
            ],
            ProvisionToken=name,
            **more,
        )["RecordDetail"]
        while (state := catalog.describe_record(Id=record["RecordId"])["RecordDetail"])["Status"] not in (
            "SUCCEEDED",
            "FAILED",
        ):
            time.sleep(0.2)
        assert state["Status"] == "SUCCEEDED", state["RecordErrors"]
        outputs = catalog.get_provisioned_product_outputs(
            ProvisionedProductId=record["ProvisionedProductId"]
        )["Outputs"]
        return next(output["OutputValue"] for output in outputs if output["OutputValue"].startswith("j-"))

    def wait_for_state(self, cluster: str, state: str) -> None:
        emr = self.client("emr")
        deadline = time.monotonic() + 60
        while (now := emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]["State"]) != state:
            assert time.monotonic() < deadline, f"{cluster} is {now}, not {state}"
            time.sleep(0.2)


@contextlib.contextmanager
def notebooks() -> Iterator[Callable[..., Notebook]]:
    """Makes kernels as :class:`Notebook` does; they are shut down at the end."""
    made: list[Notebook] = []

    def make(*args, **options) -> Notebook:
        made.append(Notebook(*args, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
