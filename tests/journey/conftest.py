"""Fixtures of the journeys: the account from outside, a cluster, kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from harness import Account, Notebook, notebooks


@pytest.fixture(scope="session")
def aws(account: dict) -> Account:
    return Account(account)


@pytest.fixture(scope="session")
def cluster(aws: Account) -> str:
    """A small cluster that waits for work."""
    return aws.provision(aws.answer["products"][0]["productId"], "journey")


@pytest.fixture
def notebook(account: dict) -> Iterator[Callable[..., Notebook]]:
    """Makes kernels that are shut down at the end of the test."""
    with notebooks() as make:
        yield make


@pytest.fixture(scope="module")
def connected(account: dict, aws: Account, cluster: str) -> Iterator[Notebook]:
    """One PySpark notebook, bound to the cluster as the analyst, for the tests of a module."""
    book = Notebook()
    book.ok(f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}")
    yield book
    book.close()
