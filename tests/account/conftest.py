"""The local account as boto3 sees it: one process for the session, and further ones where a test ends or breaks it."""

from __future__ import annotations

import pytest
from account_support import CBOR, JSON, Account, follow, provision, walk


@pytest.fixture(scope="session")
def account():
    running = Account()
    yield running
    assert running.stop() == 0


@pytest.fixture
def own_account():
    """Start accounts of one's own; they are ended after the test."""
    started = []

    def start(*arguments, **options) -> Account:
        started.append(Account(*arguments, **options))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(params=[CBOR, JSON], ids=["cbor", "json"])
def catalog(request, account):
    return account.client("servicecatalog", request.param)


@pytest.fixture
def emr(account):
    return account.client("emr")


@pytest.fixture(autouse=True)
def no_faults(request):
    yield
    if "account" in request.fixturenames:
        request.getfixturevalue("account").control("DELETE", "faults")


@pytest.fixture(scope="session")
def cluster(account):
    """A small cluster that is WAITING: {record, clusterId}."""
    catalog = account.client("servicecatalog")
    forever = [{"Key": "IdleTimeoutSeconds", "Value": "604800"}]
    record = provision(account, "EMR small", "shared-cluster", catalog, ProvisioningParameters=forever)
    follow(catalog, record["RecordId"])
    outputs = walk(
        catalog.get_provisioned_product_outputs, ProvisionedProductId=record["ProvisionedProductId"]
    )
    found = {output["OutputKey"]: output["OutputValue"] for page in outputs for output in page["Outputs"]}
    return {"record": record, "clusterId": found["ClusterId"], "outputs": found}
