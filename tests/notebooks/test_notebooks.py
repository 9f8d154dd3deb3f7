"""Each notebook of the suite, on our kernels."""

from __future__ import annotations

import uuid

import pytest

from .percent import SUITE, read, run

NOTEBOOKS = [read(path) for path in sorted(SUITE.glob("*.percent"))]
RUNS = [(notebook, kernel) for notebook in NOTEBOOKS for kernel in notebook.kernels]


@pytest.mark.parametrize(("notebook", "kernel"), RUNS, ids=[f"{book.name}-{kernel}" for book, kernel in RUNS])
def test_notebook(notebook, kernel: str, place: str) -> None:
    outcomes = run(notebook, kernel, {"livy": place, "unique": uuid.uuid4().hex[:8]})
    wrong = [
        f"{outcome.cell.title}: {problem}\n  shown: {outcome.text[:600]}"
        for outcome in outcomes
        for problem in outcome.problems
    ]
    assert not wrong, "\n".join(wrong)
