"""The command line in a folder of its own, and boto3 beside it."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from promote_support import Shell


@pytest.fixture
def shell(account: dict, tmp_path: Path) -> Iterator[Shell]:
    yield Shell(tmp_path, account["endpoint"])
    urllib.request.urlopen(
        urllib.request.Request(f"{account['endpoint']}/_local/faults", method="DELETE")
    ).read()


@pytest.fixture
def aws(account: dict) -> Callable[..., object]:
    """A boto3 client of the account."""
    return lambda service, **given: boto3.client(service, **given)
