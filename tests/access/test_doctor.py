"""`%emr doctor` in a notebook: in place while it looks, to be interrupted, and the cell fails with what is in the way."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from harness import Account


@pytest.fixture
def swallowing_port() -> Iterator[int]:
    """A port whose queue is full: connections to it are neither taken nor refused."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    kept = []
    for _ in range(8):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        kept.append(client)
    yield listener.getsockname()[1]
    for one in [listener, *kept]:
        one.close()


def test_the_way_to_a_cluster(notebook, aws: Account) -> None:
    book = notebook()
    way = f"--cluster-id {aws.answer['otherCluster']} --runtime-role"
    found = book.ok(f"%emr doctor {way} {aws.roles['analyst']}")
    kinds = [message["msg_type"] for message in found.outputs]
    assert kinds[0] == "display_data" and set(kinds[1:]) == {"update_display_data"}, kinds
    assert "Livy admits the credentials." in found.text and "live," in found.text
    refused = book.run(f"%emr doctor {way} {aws.roles['denied']}")
    assert refused.error.startswith("DoctorFound: permission:elasticmapreduce:GetClusterSessionCredentials")
    assert "fail" in refused.text and "emrlocalsecret" not in "".join(book.seen)


def test_it_can_be_interrupted_at_any_hop(notebook, swallowing_port: int) -> None:
    book = notebook()
    stopped = book.run(
        f"%emr doctor --livy-url http://127.0.0.1:{swallowing_port}",
        when=lambda result: "Connecting to 127.0.0.1" in result.text,
        then=book.interrupt,
        timeout=30,
    )
    assert stopped.error.startswith("KeyboardInterrupt") and "Stopped by you." in stopped.text


def test_of_the_account_alone(notebook) -> None:
    assert "EMR: clusters may be read." in notebook().ok("%emr doctor").text


def test_an_assumed_role_is_assumed_once_for_all_services(notebook, aws: Account) -> None:
    aws.control("DELETE", "calls")
    notebook().ok(f"%emr doctor --account --assume-role {aws.roles['engineer']}")
    calls = aws.control("GET", "calls")
    assert {"emr", "servicecatalog", "iam", "sts"} <= {one["service"] for one in calls}
    assert [one["operation"] for one in calls].count("AssumeRole") == 1
