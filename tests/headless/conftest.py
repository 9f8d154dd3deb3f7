"""Notebooks without a browser: a cluster on the local account, and notebooks as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

LANGUAGES = {"pyspark-emr": "python", "spark-emr": "scala", "pysparkkernel": "python"}


@pytest.fixture(scope="session")
def connect(account: dict) -> str:
    """The line that connects to the cluster that is there from the beginning."""
    return f"%emr connect --cluster-id {account['otherCluster']} --runtime-role {account['roles']['analyst']}"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook file of these cells."""

    def make(*cells: str, kernel: str = "pyspark-emr", name: str = "notebook.ipynb") -> Path:
        spec = {"name": kernel, "display_name": kernel, "language": LANGUAGES[kernel]}
        notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": spec})
        nbformat.write(notebook, tmp_path / name)
        return tmp_path / name

    return make
