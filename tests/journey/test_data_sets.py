"""Data sets of the catalogue in a notebook: read by name as the runtime role, sampled and profiled for the page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import Account, Notebook

sys.path.append(str(Path(__file__).resolve().parents[1] / "reattach"))

from page import Page

OPTIONS = {"database": "market_data", "table": "options"}


@pytest.fixture
def bound(aws: Account, cluster: str, notebook: Callable[..., Notebook]) -> Iterator[Callable[[str], tuple]]:
    """A notebook bound as a role, and its page."""
    pages: list[Page] = []

    def make(role: str) -> tuple[Notebook, Page]:
        book = notebook()
        book.ok(f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles[role]}")
        pages.append(Page(book.manager))
        return book, pages[-1]

    yield make
    for page in pages:
        page.close()


def test_who_may_read_it_gets_rows_a_sample_and_a_profile(bound) -> None:
    book, page = bound("analyst")
    assert book.ok('spark.table("market_data.options").count()').text == "1500"
    sql = "%%sql\nSELECT count(DISTINCT counterparty) AS n FROM market_data.options WHERE date = '2026-11-06'"
    assert "n" in book.ok(sql).text
    columns = ["symbol", "strike", "counterparty"]
    sample = page.call("data.sample", table=OPTIONS, columns=columns, rows=5)
    assert sample["columns"] == columns
    assert len(sample["rows"]) == 5 and all(isinstance(row[1], float) for row in sample["rows"])
    side, strike = page.call("data.profile", table=OPTIONS, columns=["call_put", "strike"])
    assert (side["name"], side["rows"], side["nulls"], side["distinct"]) == ("call_put", 1500, 0, 2)
    assert {bar["label"] for bar in side["histogram"]} == {"C", "P"}
    assert sum(bar["count"] for bar in side["histogram"]) == 1500
    assert float(strike["min"]) < float(strike["max"])
    assert sum(bar["count"] for bar in strike["histogram"]) == pytest.approx(1500, rel=0.02)
    # What the page asked for is no cell of the notebook's.
    assert book.ok("1 + 1").text == "2"


def test_who_may_not_does_not_see_the_column_nor_the_table(bound) -> None:
    book, page = bound("limited")
    columns = book.ok('print(spark.table("market_data.options").columns)').text
    assert "'strike'" in columns and "counterparty" not in columns
    name, text = failed(book, 'spark.sql("SELECT counterparty FROM market_data.options").show()')
    assert name == "AnalysisException" and "counterparty" in text
    _, text = failed(book, 'spark.table("market_data.client_orders").count()')
    assert "Insufficient Lake Formation permission(s): Required Select on client_orders" in text
    with pytest.raises(AssertionError, match="counterparty"):
        page.call("data.sample", table=OPTIONS, columns=["counterparty"], rows=5)
    assert page.call("data.sample", table=OPTIONS, columns=["strike"], rows=1)["columns"] == ["strike"]


def failed(book: Notebook, code: str) -> tuple[str, str]:
    error = book.run(code).error
    assert error
    return error.partition(":")[0], error
