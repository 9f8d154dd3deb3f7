"""Fixtures of the ways in: the account from outside, a cluster of each kind of authentication, kernels."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "journey"))

from harness import Account, Notebook, notebooks


@pytest.fixture(scope="session")
def aws(account: dict) -> Account:
    return Account(account)


@pytest.fixture(scope="session")
def cluster(aws: Account) -> str:
    """A small cluster with runtime roles."""
    return aws.provision(aws.answer["products"][0]["productId"], "access")


def run_cluster(aws: Account, name: str, livy: dict[str, str], security: str | None = None) -> str:
    """A cluster without runtime roles, with these properties of Livy's; its id."""
    made = aws.client("emr").run_job_flow(
        Name=name,
        ReleaseLabel="emr-7.9.0",
        Applications=[{"Name": "Spark"}, {"Name": "Livy"}],
        Instances={
            "MasterInstanceType": "m5.xlarge",
            "InstanceCount": 1,
            "KeepJobFlowAliveWhenNoSteps": True,
        },
        Configurations=[{"Classification": "livy-conf", "Properties": livy}],
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole_V2",
        **({"SecurityConfiguration": security} if security else {}),
    )["JobFlowId"]
    aws.wait_for_state(made, "WAITING")
    return made


@pytest.fixture(scope="session")
def ldap_cluster(aws: Account) -> str:
    """A cluster whose Livy knows its users itself."""
    return run_cluster(aws, "ldap", {"livy.server.auth.type": "ldap"}, "emr-encryption-only")


@pytest.fixture
def notebook(account: dict) -> Iterator[Callable[..., Notebook]]:
    """Makes kernels that are shut down at the end of the test."""
    with notebooks() as make:
        yield make
