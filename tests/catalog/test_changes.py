"""What is written about data sets, changed by those who may; who gains and who loses by a tag; links to other accounts."""

from __future__ import annotations

import pytest
from catalog_support import as_role, pages

MARKET, ALTERNATIVE, OWN = "111122223333", "444455556666", "123456789012"
SETTLEMENTS = {"catalogId": MARKET, "database": "market_data", "table": "futures_settlements"}
SURFACE = {**SETTLEMENTS, "table": "vol_surface"}
BOOK = {**SETTLEMENTS, "table": "order_book"}
BLEND = {"catalogId": OWN, "database": "signals", "table": "blend"}
SCORES = {"catalogId": ALTERNATIVE, "database": "sentiment", "table": "esg_scores"}


@pytest.fixture(scope="module")
def steward(account: dict) -> str:
    return account["steward"]


def glue_names(table: dict) -> dict[str, str]:
    return {"CatalogId": table["catalogId"], "DatabaseName": table["database"], "Name": table["table"]}


def names(found: dict) -> list[str]:
    return [hit["table"] for hit in found["hits"]]


def test_new_words_are_found_at_once_and_the_history_tells_what_changed(account, control, steward) -> None:
    analyst = account["roles"]["analyst"]
    control.ready(analyst)
    before = control.call("catalog.table", {"as": steward, "table": SETTLEMENTS})
    snippet = {"title": "One day", "language": "sql", "code": "SELECT 1 -- of the team"}
    change = {
        "description": "Settlement prices, **zymurgically** checked.",
        "owner": "futures-desk",
        "comments": {"settlement": "Quokka price"},
        "snippets": [snippet],
    }
    written = control.call(
        "catalog.edit", {"as": steward, "table": SETTLEMENTS, "version": before["version"], **change}
    )
    assert written["version"] != before["version"]
    assert names(control.call("catalog.search", {"as": analyst, "text": "zymurgically"})) == [
        "futures_settlements"
    ]
    (hit,) = control.call("catalog.search", {"as": analyst, "text": "quokka"})["hits"]
    assert hit["matchedColumns"] == ["settlement"]
    page = control.call("catalog.table", {"as": analyst, "table": SETTLEMENTS})
    assert (page["description"], page["owner"]) == (change["description"], "futures-desk")
    assert {**snippet, "source": "team"} in page["snippets"]
    newest, oldest = control.call("catalog.versions", {"as": analyst, "table": SETTLEMENTS})
    assert (oldest["version"], newest["version"]) == (before["version"], written["version"])
    assert newest["notes"] == [
        "The description changed.",
        "The owner changed.",
        "The snippets changed.",
        "Comments changed: settlement.",
    ]
    assert newest["added"] == newest["removed"] == newest["changed"] == []
    # Glue has the same, and nothing else was lost.
    glue = as_role(account, analyst)("glue").get_table(**glue_names(SETTLEMENTS))["Table"]
    assert glue["Description"] == change["description"] and glue["Parameters"]["table_type"] == "ICEBERG"


def test_what_somebody_else_changed_meanwhile_is_not_written_over(account, control, steward) -> None:
    page = control.call("catalog.table", {"as": steward, "table": BOOK})
    glue = as_role(account, steward)("glue")
    table = glue.get_table(**glue_names(BOOK))["Table"]
    keep = ("Name", "Description", "Owner", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
    theirs = {key: table[key] for key in keep}
    theirs["StorageDescriptor"]["Columns"].append({"Name": "auction", "Type": "boolean"})
    place = {"CatalogId": MARKET, "DatabaseName": "market_data"}
    glue.update_table(**place, TableInput=theirs)
    mine = {"as": steward, "table": BOOK, "version": page["version"], "description": "Mine"}
    error = control.refused("catalog.edit", mine)
    assert error["code"] == "Conflict" and "New columns: auction." in error["message"]
    now = glue.get_table(**glue_names(BOOK))["Table"]
    assert now["Description"] == page["description"]
    assert "auction" in [column["Name"] for column in now["StorageDescriptor"]["Columns"]]


def test_who_may_not_write_and_who_would_delete_hidden_columns_is_refused(account, control) -> None:
    limited, engineer = account["roles"]["limited"], account["roles"]["engineer"]
    page = control.call("catalog.table", {"as": limited, "table": SURFACE})
    error = control.refused(
        "catalog.edit", {"as": limited, "table": SURFACE, "version": page["version"], "description": "x"}
    )
    assert error["code"] == "AccessDeniedException" and "ALTER" in error["fix"]
    error = control.refused(
        "catalog.edit",
        {"as": limited, "table": SURFACE, "version": page["version"], "tags": {"sensitivity": "public"}},
    )
    assert error["code"] == "AccessDeniedException"
    # The user has ALTER on it, and does not see its column `weights`.
    page = control.call("catalog.table", {"table": BLEND})
    assert "ALTER" in page["permissions"]
    error = control.refused("catalog.edit", {"table": BLEND, "version": page["version"], "description": "x"})
    assert error["code"] == "AccessDeniedException" and "all of its columns" in error["fix"]
    table = as_role(account, engineer)("glue").get_table(**glue_names(BLEND))["Table"]
    assert table["VersionId"] == page["version"]
    assert "weights" in [column["Name"] for column in table["StorageDescriptor"]["Columns"]]


def test_the_preview_of_a_tag_is_what_lake_formation_answers_afterwards(account, control, steward) -> None:
    roles = {role: account["roles"][role] for role in ("analyst", "engineer", "limited")}
    lakes = {role: as_role(account, arn)("lakeformation") for role, arn in roles.items()}
    expression = [{"TagKey": "team", "TagValues": ["market-data"]}]

    def who_sees() -> set[str]:
        """Roles that find the table by Lake Formation's own search."""
        return {
            role
            for role, lake in lakes.items()
            for found in pages(
                lake.search_tables_by_lf_tags, "TableList", CatalogId=MARKET, Expression=expression
            )
            if found["Table"]["Name"] == "vol_surface"
        }

    def previewed(what: str, tags: dict) -> set[str]:
        changes = control.call("catalog.preview", {"as": steward, "table": SURFACE, "tags": tags})
        return {
            role for role, arn in roles.items() for one in changes if one["principal"] == arn and one[what]
        }

    def write(tags: dict) -> None:
        version = control.call("catalog.table", {"as": steward, "table": SURFACE})["version"]
        control.call("catalog.edit", {"as": steward, "table": SURFACE, "version": version, "tags": tags})

    for arn in roles.values():
        control.ready(arn)
    assert who_sees() == {"analyst", "engineer", "limited"}
    for secrecy, lost in (("restricted", {"limited"}), ("secret", {"analyst"})):
        before = who_sees()
        tags = {"sensitivity": secrecy}
        assert previewed("loses", tags) == lost and previewed("gains", tags) == set()
        assert who_sees() == before, "a preview changes nothing"
        write(tags)
        assert before - who_sees() == lost
        # The indexes have it too.
        seen = [
            role
            for role, arn in roles.items()
            if names(control.call("catalog.search", {"as": arn, "text": "vol_surface"}))
        ]
        assert set(seen) == who_sees()
    tags = {"sensitivity": None}
    assert previewed("gains", tags) == {"analyst", "limited"}
    write(tags)
    assert who_sees() == {"analyst", "engineer", "limited"}


def test_a_column_s_tag_takes_the_column_from_whom_the_preview_says(account, control, steward) -> None:
    limited = account["roles"]["limited"]
    change = {
        "as": steward,
        "table": SETTLEMENTS,
        "columnTags": {"settlement": {"sensitivity": "restricted"}},
    }
    (one,) = [
        one
        for one in control.call("catalog.preview", change)
        if one["principal"] == account["roles"]["limited"]
    ]
    assert one["loses"] == ["SELECT on settlement"] and one["gains"] == []
    version = control.call("catalog.table", {"as": steward, "table": SETTLEMENTS})["version"]
    control.call("catalog.edit", {**change, "version": version})

    def columns() -> list[str]:
        table = as_role(account, limited)("glue").get_table(**glue_names(SETTLEMENTS))["Table"]
        return [column["Name"] for column in table["StorageDescriptor"]["Columns"]]

    assert "settlement" not in columns() and "symbol" in columns()
    reason = control.call("catalog.explain", {"as": limited, "table": SETTLEMENTS, "column": "settlement"})
    assert any("sensitivity=restricted" in one["detail"] for one in reason["missing"])
    assert "futures_settlements" in reason["request"]["subject"]
    undo = {**change, "version": version, "columnTags": {"settlement": {"sensitivity": None}}}
    control.call("catalog.edit", undo)
    assert "settlement" in columns()


def test_the_audit_names_each_role_and_why(account, control, steward) -> None:
    grants = control.call("catalog.grants", {"as": steward, "table": SURFACE})
    by = {one["principal"]: one for one in grants}
    assert {account["roles"][role] for role in ("analyst", "engineer", "limited")} | {steward} <= set(by)
    analyst = by[account["roles"]["analyst"]]
    assert analyst["via"] == "tags" and {"SELECT", "DESCRIBE"} <= set(analyst["permissions"])
    assert "sensitivity=internal|public|restricted" in analyst["resource"]
    assert by[steward]["permissions"] == ["DESCRIBE", "ALTER"]
    assert len({(one["principal"], one["resource"]) for one in grants}) == len(grants)


def test_a_link_is_made_found_and_opened(account, control) -> None:
    control.ready("self")
    assert control.call("catalog.table", {"table": SCORES})["readAs"]["via"] == "catalogId"
    link = control.call("catalog.link", {"table": SCORES, "database": "signals", "name": "esg_link"})
    glue = as_role(account, None)("glue")
    try:
        (hit,) = control.call("catalog.search", {"text": "esg_link"})["hits"]
        assert hit["producer"] == ALTERNATIVE and hit["linkTo"] == SCORES
        page = control.call("catalog.table", {"table": link})
        assert [column["name"] for column in page["columns"]][:2] == ["symbol", "environment"]
        assert page["linkTo"] == SCORES and page["readAs"] == {
            "database": "signals",
            "table": "esg_link",
            "via": "own",
        }
        # The table itself is read by the link from now on.
        page = control.call("catalog.table", {"table": SCORES})
        assert page["readAs"] == {"database": "signals", "table": "esg_link", "via": "link"}
        assert any("signals.esg_link" in one["code"] for one in page["snippets"])
        error = control.refused("catalog.link", {"table": SCORES, "database": "signals", "name": "esg_link"})
        assert error["code"] == "AlreadyExistsException"
        error = control.refused(
            "catalog.link", {"table": SCORES, "database": "backtests", "name": "esg_link"}
        )
        assert error["code"] == "AccessDeniedException"
    finally:
        glue.delete_table(DatabaseName="signals", Name="esg_link")
