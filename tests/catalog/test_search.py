"""What the catalogue finds for a role, beside what Lake Formation's own search answers that role through boto3."""

from __future__ import annotations

import os
import random
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from catalog_support import as_role, pages

SEED = 20261122
EXPRESSIONS = 200


def expressions(values: dict[str, list[str]], count: int) -> list[dict[str, list[str]]]:
    """Random ones of one to three keys, each with one or several of its values."""
    choose = random.Random(SEED)
    made = []
    for _ in range(count):
        keys = choose.sample(sorted(values), choose.randint(1, len(values)))
        made.append({key: choose.sample(values[key], choose.randint(1, len(values[key]))) for key in keys})
    return made


@pytest.mark.parametrize("role", ["analyst", "engineer", "limited"])
def test_a_role_finds_by_tags_what_lake_formation_finds_for_it(account: dict, control, role: str) -> None:
    arn = account["roles"][role]
    state = control.ready(arn)
    assert state["problems"] == []
    lake = as_role(account, arn)("lakeformation")
    glue = as_role(account, arn)("glue")
    databases = pages(glue.get_databases, "DatabaseList", ResourceShareType="ALL")
    accounts = {one["CatalogId"] for one in databases}
    accounts |= {one["TargetDatabase"]["CatalogId"] for one in databases if "TargetDatabase" in one}
    values = {
        tag["TagKey"]: tag["TagValues"] for tag in pages(lake.list_lf_tags, "LFTags", ResourceShareType="ALL")
    }
    assert len(accounts) == 3 and len(values) == 3
    sizes = set()
    workers = ThreadPoolExecutor(len(accounts))
    for expression in expressions(values, EXPRESSIONS):
        tags = [{"TagKey": key, "TagValues": chosen} for key, chosen in expression.items()]
        answers = workers.map(
            lambda catalog, tags=tags: pages(
                lake.search_tables_by_lf_tags, "TableList", CatalogId=catalog, Expression=tags, MaxResults=100
            ),
            accounts,
        )
        expected = {
            (table["Table"]["CatalogId"], table["Table"]["DatabaseName"], table["Table"]["Name"])
            for answer in answers
            for table in answer
        }
        chosen = {f"tag:{key}": wanted for key, wanted in expression.items()}
        found = control.call("catalog.search", {"as": arn, "chosen": chosen, "limit": 1000})
        hits = {(hit["catalogId"], hit["database"], hit["table"]) for hit in found["hits"]}
        assert hits == expected, expression
        sizes.add(len(hits))
    assert len(sizes) > 5, "the expressions do not tell apart"
    for catalog, database, table in sorted(expected):
        columns = glue.get_table(CatalogId=catalog, DatabaseName=database, Name=table)["Table"]
        page = control.call(
            "catalog.table",
            {"as": arn, "table": {"catalogId": catalog, "database": database, "table": table}},
        )
        seen = [
            one["Name"] for one in columns["StorageDescriptor"]["Columns"] + columns.get("PartitionKeys", [])
        ]
        assert [one["name"] for one in page["columns"]] == seen


def test_the_index_is_the_users_own_file_and_the_next_kernel_reads_it(account: dict, control) -> None:
    before = control.ready("self")
    files = list(Path(control.cache).glob("*.json"))
    assert files and all(stat.S_IMODE(os.stat(file).st_mode) == 0o600 for file in files)
    assert not any(account["env"]["AWS_SECRET_ACCESS_KEY"] in file.read_text() for file in files)
    again = type(control)({**os.environ, **account["env"], "JUPYTERLAB_EMR_CACHE": control.cache})
    try:
        found = again.call("catalog.search", {"text": "options"})
    finally:
        again.close()
    assert found["index"]["state"] == "ready" and found["index"]["asOf"] == before["asOf"]
    assert found["hits"][0]["table"] == "options"
