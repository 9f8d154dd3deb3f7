"""Failures of Glue and Lake Formation, and tables that are not as they should be: the rest stays usable, and it is said."""

from __future__ import annotations

import re

import pytest
from catalog_support import as_role
from harness import Account

MARKET, ALTERNATIVE, OWN = "111122223333", "444455556666", "123456789012"
SCRATCH = {"catalogId": OWN, "database": "signals", "table": "scratch"}


def tables(control, who: str, **search) -> list[str]:
    found = control.call("catalog.search", {"as": who, "limit": 1000, **search})
    return [f"{hit['database']}.{hit['table']}" for hit in found["hits"]]


@pytest.fixture
def scratch(account: dict, control):
    """Makes a table in the user's own account, and takes it away."""
    glue = as_role(account, None)("glue")
    made = False

    def make(columns: list[dict]) -> None:
        nonlocal made
        storage = {"Columns": columns, "Location": "s3://lake-research-us-east-1/signals/scratch/"}
        glue.create_table(
            DatabaseName="signals", TableInput={"Name": "scratch", "StorageDescriptor": storage}
        )
        made = True

    def drop() -> None:
        nonlocal made
        if made:
            glue.delete_table(DatabaseName="signals", Name="scratch")
            made = False

    make.drop = drop
    yield make
    drop()


def test_a_database_that_is_denied_leaves_the_others_and_comes_back_by_itself(
    account, control, faults
) -> None:
    who = account["roles"]["engineer"]
    control.ready(who)
    before = tables(control, who)
    fault = {"service": "glue", "operation": "GetTables", "where": {"DatabaseName": "sentiment"}}
    faults(**fault, code="AccessDeniedException", times=1)
    state = control.refresh(who)
    (problem,) = state["problems"]
    assert problem["what"] == f"database sentiment ({ALTERNATIVE})"
    assert problem["error"]["code"] == "AccessDeniedException" and "sentiment" in problem["error"]["message"]
    assert tables(control, who) == [name for name in before if not name.startswith("sentiment.")]
    # One database is read again: with as many calls as it takes, and its own age.
    aws = Account(account)
    aws.control("DELETE", "calls")
    again = control.refresh(who, database="sentiment", catalogId=ALTERNATIVE)
    assert again["problems"] == [] and sorted(tables(control, who)) == sorted(before)
    assert again["asOf"] == state["asOf"]
    (newer,) = again["newer"]
    assert (newer["catalogId"], newer["database"]) == (ALTERNATIVE, "sentiment")
    assert newer["asOf"] > again["asOf"]
    made = [call for call in aws.control("GET", "calls") if call["service"] in ("glue", "lakeformation")]
    assert again["calls"] == len(made) <= 8 < state["calls"]
    assert tables(control, who, text="topics", chosen={"tag:sensitivity": ["public"]}) == ["sentiment.topics"]


def test_throttling_is_waited_for_and_said(account, control, faults) -> None:
    who = account["roles"]["engineer"]
    control.ready(who)
    before = sorted(tables(control, who))
    control.events.clear()
    throttle = {"code": "ThrottlingException"}
    faults(service="glue", operation="GetTables", where={"DatabaseName": "backtests"}, times=6, **throttle)
    state = control.refresh(who)
    assert state["problems"] == [] and sorted(tables(control, who)) == before
    # Three searches at once, one a key: one of them at least is refused so often that the SDK gives it up.
    place = {"CatalogId": MARKET}
    faults(service="lakeformation", operation="SearchTablesByLFTags", where=place, times=18, **throttle)
    state = control.refresh(who)
    assert state["problems"] == [] and sorted(tables(control, who)) == before
    notes = {event["data"].get("note", "") for event in control.events}
    for service in ("Glue", "Lake Formation"):
        assert any(f"{service} asks to slow down" in note for note in notes), notes


def test_credentials_that_expire_leave_what_is_known(account, control, faults) -> None:
    known = control.ready("self")
    before = tables(control, "self")
    faults(service="glue", operation="*", code="ExpiredTokenException", times=50)
    state = control.refresh("self")
    (problem,) = state["problems"]
    assert (
        problem["error"]["code"] == "ExpiredTokenException" and problem["error"]["hop"] == "aws-credentials"
    )
    assert tables(control, "self") == before and state["asOf"] == known["asOf"]
    error = control.refused("catalog.table", {"table": {"database": "signals", "table": "skew"}})
    assert error["code"] == "ExpiredTokenException" and "Renew them" in error["fix"]
    Account(account).control("DELETE", "faults")
    assert control.refresh("self")["problems"] == []


def test_a_definition_that_is_broken_is_shown_as_such(account, control) -> None:
    who = account["roles"]["engineer"]
    control.ready(who)
    (hit,) = control.call("catalog.search", {"as": who, "text": "broken_feed"})["hits"]
    assert "broken" in hit["problem"]
    place = {"catalogId": ALTERNATIVE, "database": "sentiment", "table": "broken_feed"}
    page = control.call("catalog.table", {"as": who, "table": place})
    assert page["problem"] == hit["problem"] and page["columns"]


def test_a_table_that_was_deleted_since_is_said_to_be_and_leaves_the_list(account, control, scratch) -> None:
    scratch([{"Name": "wombat", "Type": "int"}])
    control.ready("self")
    control.refresh("self", database="signals", catalogId=OWN)
    assert tables(control, "self", text="wombat") == ["signals.scratch"]
    scratch.drop()
    error = control.refused("catalog.table", {"table": SCRATCH})
    assert error["code"] == "TableNotFound"
    assert re.search(
        r"was in the catalogue that was read at \S+, and .* deleted or renamed", error["message"]
    )
    assert tables(control, "self", text="wombat") == []
    assert "signals.skew" in tables(control, "self", text="skew")


def test_a_table_of_5000_columns(control, scratch) -> None:
    scratch([{"Name": f"c{number:04}", "Type": "double", "Comment": "One"} for number in range(5000)])
    control.ready("self")
    control.refresh("self", database="signals", catalogId=OWN)
    (hit,) = control.call("catalog.search", {"text": "c4999"})["hits"]
    assert hit["columnCount"] == 5000 and hit["matchedColumns"] == ["c4999"]
    page = control.call("catalog.table", {"table": SCRATCH})
    assert len(page["columns"]) == 5000
    assert all(len(one["code"]) < 10_000 for one in page["snippets"])
    assert len(control.call("catalog.names", {"database": "signals", "table": "scratch"})) == 5000


def test_why_not_is_honest_about_what_is_not_known(account, control) -> None:
    limited = account["roles"]["limited"]

    def why(who: str, catalog: str, database: str, table: str) -> dict:
        place = {"catalogId": catalog, "database": database, "table": table}
        return control.call("catalog.explain", {"as": who, "table": place})

    control.ready("self")
    control.ready(account["roles"]["engineer"])
    # The user may know what is in the database, so Glue tells.
    reason = why("self", OWN, "signals", "runs")
    assert reason["text"].startswith("There is no table signals.runs") and reason["missing"] == []
    # Nobody who was asked may.
    reason = why(limited, MARKET, "market_data", "nope")
    assert "either there is no such table, or nothing of it was granted" in reason["text"]
    assert reason["missing"][0]["kind"] == "share" and reason["request"]
    # The user sees it, the role does not.
    reason = why(limited, ALTERNATIVE, "sentiment", "esg_scores")
    assert "either" not in reason["text"] and reason["missing"][0]["kind"] == "tag"
    # Neither does, and an index that was read as another role has it.
    reason = why("self", ALTERNATIVE, "web_traffic", "clickstream")
    assert "The table is there: the catalogue as emr-runtime-engineer sees it" in reason["text"]
    assert "sensitivity=restricted" in reason["missing"][0]["detail"]
