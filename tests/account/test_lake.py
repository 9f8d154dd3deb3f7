"""Glue and Lake Formation of the account: what each identity is told, inheritance, searches, paging, refusals, changes."""

from __future__ import annotations

import random

import pytest
from botocore.exceptions import ClientError
from s3_support import PATH_STYLE, client, refused

MARKET, ALTERNATIVE, OWN = "111122223333", "444455556666", "123456789012"
VALUES = {
    "domain": ["market-data", "reference", "alternative", "research"],
    "sensitivity": ["public", "internal", "restricted", "secret"],
    "team": ["market-data", "alternative-data", "research"],
}
#: Expressions of domain and sensitivity that each may read; what the seed grants.
READS = {
    "analyst": [
        ({"market-data", "reference"}, {"public", "internal", "restricted"}),
        ({"research", "alternative"}, {"public", "internal"}),
    ],
    "engineer": [(set(VALUES["domain"]), set(VALUES["sensitivity"]))],
    "limited": [({"market-data", "reference"}, {"public", "internal"}), ({"research"}, {"public"})],
}
#: Granted by name besides.
NAMED = {("limited", "web_traffic", "page_visits"): {"symbol", "country", "visits", "date"}}


@pytest.fixture(scope="module")
def keys(account):
    """Keys of each identity; None are the user's own."""
    sts = client(account, "sts")
    roles = {**account.roles, "steward": account.ready["steward"]}
    found = {
        name: sts.assume_role(RoleArn=roles[name], RoleSessionName="a-test")["Credentials"]
        for name in ("analyst", "engineer", "limited", "steward")
    }
    return {**found, "self": None}


@pytest.fixture(scope="module")
def ask(account, keys):
    """A client of a service as an identity; its answers are held against the model."""
    made = {}

    def of(service: str, who: str):
        given = keys[who]
        if (service, who) not in made:
            options = (
                {
                    "aws_access_key_id": given["AccessKeyId"],
                    "aws_secret_access_key": given["SecretAccessKey"],
                    "aws_session_token": given["SessionToken"],
                }
                if given
                else {}
            )
            made[service, who] = account.client(service, config=PATH_STYLE, **options)
        return made[service, who]

    return of


def walk(method, member: str, **options) -> list:
    """All items of a list, page by page."""
    found, token = [], {}
    while True:
        page = method(**options, **token)
        assert len(page[member]) <= 7, "pages are small, so that they are walked"
        found += page[member]
        if not page.get("NextToken"):
            return found
        token = {"NextToken": page["NextToken"]}


@pytest.fixture(scope="module")
def everything(ask):
    """Every table with its tags, as one who sees all has them: {(catalog, database, table): model}."""
    glue, lake = ask("glue", "engineer"), ask("lakeformation", "engineer")
    found = {}
    for database in walk(glue.get_databases, "DatabaseList", ResourceShareType="ALL"):
        if "TargetDatabase" in database:
            continue
        place = {"CatalogId": database["CatalogId"], "DatabaseName": database["Name"]}
        for table in walk(glue.get_tables, "TableList", **place):
            if "TargetTable" in table:
                continue
            tags = lake.get_resource_lf_tags(
                Resource={"Table": {**place, "Name": table["Name"]}}, ShowAssignedLFTags=True
            )
            columns = [c["Name"] for c in (*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"])]
            found[database["CatalogId"], database["Name"], table["Name"]] = {
                "columns": columns,
                "database": one(tags["LFTagOnDatabase"]),
                "table": one(tags["LFTagsOnTable"]),
                "own": {column["Name"]: one(column["LFTags"]) for column in tags["LFTagsOnColumns"]},
            }
    return found


def one(pairs) -> dict:
    return {pair["TagKey"]: pair["TagValues"][0] for pair in pairs}


def of_table(entry) -> dict:
    return {**entry["database"], **entry["table"]}


def of_column(entry, column) -> dict:
    return {**of_table(entry), **entry["own"].get(column, {})}


def readable(who, key, entry) -> set:
    """Brute force: the columns that an identity may read."""
    named = NAMED.get((who, *key[1:]), set())
    return named | {
        column
        for column in entry["columns"]
        for domains, levels in READS[who]
        if of_column(entry, column).get("domain") in domains
        and of_column(entry, column).get("sensitivity") in levels
    }


def matching(expression, tags) -> bool:
    return all(tags.get(key) in values for key, values in expression.items())


def test_what_there_is(ask, everything):
    assert len(everything) >= 40
    assert {key[0] for key in everything} == {MARKET, ALTERNATIVE, OWN}
    assert len({key[:2] for key in everything}) == 6
    links = {
        database["Name"]: database["TargetDatabase"]["CatalogId"]
        for database in walk(ask("glue", "self").get_databases, "DatabaseList")
        if "TargetDatabase" in database
    }
    assert links == {"market_data": MARKET, "reference_data": MARKET}
    foreign = walk(ask("glue", "limited").get_databases, "DatabaseList", ResourceShareType="FOREIGN")
    assert {database["Name"] for database in foreign} == {"market_data", "reference_data", "web_traffic"}


@pytest.mark.parametrize("who", READS)
def test_each_role_sees_its_tables_and_columns(ask, everything, who):
    glue = ask("glue", who)
    expected = {}
    for key, entry in everything.items():
        columns = readable(who, key, entry)
        # A table of its tags is described, were every column of it hidden.
        if columns:
            expected[key] = columns
    found = {}
    for catalog, database in {key[:2] for key in everything}:
        try:
            tables = walk(glue.get_tables, "TableList", CatalogId=catalog, DatabaseName=database)
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("AccessDeniedException", "EntityNotFoundException")
            continue
        for table in tables:
            if "TargetTable" not in table:
                found[catalog, database, table["Name"]] = {
                    c["Name"] for c in (*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"])
                }
    assert found == expected
    hidden = [key for key in everything if key not in expected]
    for catalog, database, name in hidden[:5]:
        with pytest.raises(
            ClientError, match=r"Insufficient Lake Formation permission\(s\) on " + name
        ) as error:
            glue.get_table(CatalogId=catalog, DatabaseName=database, Name=name)
        assert error.value.response["Error"]["Code"] == "AccessDeniedException"


@pytest.mark.parametrize("who", READS)
def test_searches_by_tags_equal_brute_force(ask, everything, who):
    lake = ask("lakeformation", who)
    numbers = random.Random(who)
    some = 0
    for _ in range(25):
        keys = numbers.sample(list(VALUES), numbers.randint(1, 3))
        expression = {key: numbers.sample(VALUES[key], numbers.randint(1, len(VALUES[key]))) for key in keys}
        catalog = numbers.choice([MARKET, ALTERNATIVE, OWN])
        expected = set()
        for key, entry in everything.items():
            columns = readable(who, key, entry)
            meant = matching(expression, of_table(entry)) or any(
                matching(expression, of_column(entry, column)) for column in columns
            )
            if key[0] == catalog and columns and meant:
                expected.add(key)
        found = walk(
            lake.search_tables_by_lf_tags,
            "TableList",
            CatalogId=catalog,
            Expression=[{"TagKey": key, "TagValues": values} for key, values in expression.items()],
        )
        assert {(catalog, t["Table"]["DatabaseName"], t["Table"]["Name"]) for t in found} == expected
        some += len(expected)
    assert some > 20
    databases = walk(
        lake.search_databases_by_lf_tags,
        "DatabaseList",
        CatalogId=MARKET,
        Expression=[{"TagKey": "domain", "TagValues": ["reference"]}],
    )
    assert [database["Database"]["Name"] for database in databases] == ["reference_data"]


def test_tags_are_inherited_and_told_from_assigned_ones(ask):
    lake = ask("lakeformation", "engineer")
    resource = {"Table": {"CatalogId": MARKET, "DatabaseName": "market_data", "Name": "client_orders"}}
    whole = lake.get_resource_lf_tags(Resource=resource)
    assigned = lake.get_resource_lf_tags(Resource=resource, ShowAssignedLFTags=True)
    assert one(assigned["LFTagsOnTable"]) == {"sensitivity": "restricted"}
    assert one(whole["LFTagsOnTable"]) == {
        "domain": "market-data",
        "sensitivity": "restricted",
        "team": "market-data",
    }
    columns = {column["Name"]: one(column["LFTags"]) for column in whole["LFTagsOnColumns"]}
    assert columns["client"]["sensitivity"] == "secret" and columns["client"]["domain"] == "market-data"
    assert columns["size"]["sensitivity"] == "restricted"
    assert [column["Name"] for column in assigned["LFTagsOnColumns"]] == ["client"]


def test_versions_partitions_and_search(ask):
    glue = ask("glue", "limited")
    place = {"DatabaseName": "market_data", "TableName": "options"}
    versions = walk(glue.get_table_versions, "TableVersions", **place)
    names = [[c["Name"] for c in v["Table"]["StorageDescriptor"]["Columns"]] for v in versions]
    assert [v["VersionId"] for v in versions] == ["2", "1", "0"]
    assert "implied_vol" in names[1] and "implied_vol" not in names[2]
    assert not any("counterparty" in columns for columns in names)
    expressions = {
        None: 5,
        "date >= '2026-11-05'": 2,
        "date = '2026-11-03' or date in ('2026-11-04', '2026-11-06')": 3,
        "not (date between '2026-11-02' and '2026-11-04') and date like '2026-11-0_'": 2,
    }
    for expression, count in expressions.items():
        given = {"Expression": expression} if expression else {}
        assert len(walk(glue.get_partitions, "Partitions", **place, **given)) == count, expression
    assert refused(glue.get_partitions, **place, Expression="nope = 1") == "InvalidInputException"
    found = walk(
        glue.search_tables, "TableList", SearchText='"implied volatility of"', ResourceShareType="ALL"
    )
    assert [table["Name"] for table in found] == ["options"]
    assert not walk(
        glue.search_tables, "TableList", SearchText='"counterparty of the last"', ResourceShareType="ALL"
    )


def test_a_link_is_followed(ask):
    table = ask("glue", "limited").get_table(DatabaseName="signals", Name="web_visits")["Table"]
    assert table["TargetTable"]["CatalogId"] == ALTERNATIVE and table["DatabaseName"] == "signals"
    assert [c["Name"] for c in table["StorageDescriptor"]["Columns"]] == ["symbol", "country", "visits"]


def test_changes_are_by_those_who_may(ask, account):
    steward, limited = ask("glue", "steward"), ask("glue", "limited")
    place = {"CatalogId": MARKET, "DatabaseName": "market_data"}
    table = steward.get_table(**place, Name="fx_rates")["Table"]
    keep = ("Name", "Description", "Owner", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
    change = {**{key: table[key] for key in keep}, "Description": "Fixings, described anew"}
    assert refused(limited.update_table, **place, TableInput=change) == "AccessDeniedException"
    steward.update_table(**place, TableInput=change, VersionId=table["VersionId"])
    late = {**place, "TableInput": change, "VersionId": table["VersionId"]}
    assert refused(steward.update_table, **late) == "ConcurrentModificationException"
    # Who is shown a part of the columns would delete the others.
    blend = ask("glue", "self").get_table(DatabaseName="signals", Name="blend")["Table"]
    half = {key: blend[key] for key in keep}
    assert "weights" not in [column["Name"] for column in half["StorageDescriptor"]["Columns"]]
    with pytest.raises(ClientError, match=r"AccessDenied.*Required Alter on blend"):
        ask("glue", "self").update_table(DatabaseName="signals", TableInput=half)
    now = limited.get_table(**place, Name="fx_rates")["Table"]
    assert now["Description"] == "Fixings, described anew" and now["VersionId"] == "1"

    resource = {"Table": {**place, "Name": "vol_surface"}}
    secret = [{"CatalogId": MARKET, "TagKey": "sensitivity", "TagValues": ["secret"]}]
    lake = ask("lakeformation", "steward")
    assert refused(
        ask("lakeformation", "limited").add_lf_tags_to_resource, Resource=resource, LFTags=secret
    ) == ("AccessDeniedException")
    unknown = [{"CatalogId": MARKET, "TagKey": "sensitivity", "TagValues": ["nope"]}]
    failures = lake.add_lf_tags_to_resource(Resource=resource, LFTags=unknown + secret)["Failures"]
    assert [failure["Error"]["ErrorCode"] for failure in failures] == ["EntityNotFoundException"]
    assert refused(limited.get_table, **place, Name="vol_surface") == "AccessDeniedException"
    assert not lake.remove_lf_tags_from_resource(Resource=resource, LFTags=secret)["Failures"]
    assert limited.get_table(**place, Name="vol_surface")["Table"]["Name"] == "vol_surface"


def test_grants_are_made_listed_and_taken_back(ask, account):
    lake, role = ask("lakeformation", "steward"), account.roles["limited"]
    columns = {"TableWithColumns": {"DatabaseName": "backtests", "Name": "costs", "ColumnNames": ["symbol"]}}
    given = {
        "Principal": {"DataLakePrincipalIdentifier": role},
        "Resource": columns,
        "Permissions": ["SELECT"],
    }
    glue = ask("glue", "limited")
    costs = {"DatabaseName": "backtests", "Name": "costs"}
    assert refused(glue.get_table, **costs) == "AccessDeniedException"
    assert refused(ask("lakeformation", "limited").grant_permissions, **given) == "AccessDeniedException"
    lake.grant_permissions(**given)
    shown = glue.get_table(**costs)["Table"]["StorageDescriptor"]["Columns"]
    assert [column["Name"] for column in shown] == ["symbol"]
    own = walk(ask("lakeformation", "limited").list_permissions, "PrincipalResourcePermissions")
    assert any("TableWithColumns" in grant["Resource"] for grant in own)
    assert {grant["Principal"]["DataLakePrincipalIdentifier"] for grant in own} <= {
        role,
        f"{OWN}:IAMPrincipals",
    }
    listed = walk(
        lake.list_permissions,
        "PrincipalResourcePermissions",
        Resource={"Table": {"DatabaseName": "backtests", "Name": "costs"}},
        IncludeRelated="TRUE",
    )
    assert {tuple(grant["Resource"]) for grant in listed} >= {("TableWithColumns",), ("LFTagPolicy",)}
    lake.revoke_permissions(**given)
    assert refused(glue.get_table, **costs) == "AccessDeniedException"
    assert refused(lake.revoke_permissions, **given) == "InvalidInputException"
    batch = lake.batch_grant_permissions(
        Entries=[{"Id": "a", **given, "Resource": {"Database": {"Name": "nope"}}}]
    )
    assert [failure["Error"]["ErrorCode"] for failure in batch["Failures"]] == ["EntityNotFoundException"]


def test_what_is_not_there(ask):
    glue, lake = ask("glue", "self"), ask("lakeformation", "self")
    assert refused(glue.get_database, Name="nope") == "EntityNotFoundException"
    assert refused(glue.get_table, DatabaseName="signals", Name="nope") == "EntityNotFoundException"
    # Whoever may not describe the database does not learn what is in it.
    assert refused(glue.get_table, DatabaseName="market_data", Name="nope") == "AccessDeniedException"
    expression = [{"TagKey": "nope", "TagValues": ["x"]}]
    assert refused(lake.search_tables_by_lf_tags, Expression=expression) == "EntityNotFoundException"


def test_faults_on_one_database_and_slow_calls(ask, account):
    glue = ask("glue", "analyst")
    fault = {"service": "glue", "operation": "GetTables", "where": {"DatabaseName": "signals"}, "times": 2}
    status, _ = account.control("POST", "faults", {**fault, "code": "AccessDeniedException"})
    assert status == 200
    assert glue.get_tables(DatabaseName="market_data")["TableList"]
    assert refused(glue.get_tables, DatabaseName="signals") == "AccessDeniedException"
    account.control("DELETE", "faults")
    account.control("POST", "faults", {"service": "glue", "operation": "GetTables", "delayMs": 1})
    assert glue.get_tables(DatabaseName="signals")["TableList"]
    assert account.control("GET", "faults")[1] == []


def test_data_is_reached_with_keys_for_the_table_alone(ask, account, keys):
    lake = ask("lakeformation", "limited")
    arn = f"arn:aws:glue:us-east-1:{MARKET}:table/market_data/"
    with pytest.raises(ClientError, match=r"Insufficient Lake Formation permission\(s\)"):
        lake.get_temporary_glue_table_credentials(TableArn=arn + "client_orders")
    pair = lake.get_temporary_glue_table_credentials(TableArn=arn + "fx_rates")
    bucket, below = "lake-market-data-us-east-1", "market_data/fx_rates/"
    plain = client(account, "s3", keys["limited"])
    assert refused(plain.list_objects_v2, Bucket=bucket, Prefix=below) == "AccessDenied"
    vended = client(account, "s3", pair)
    listed = [item["Key"] for item in vended.list_objects_v2(Bucket=bucket, Prefix=below)["Contents"]]
    assert len(listed) == 5 and all(key.endswith(".parquet") for key in listed)
    assert vended.get_object(Bucket=bucket, Key=listed[0])["Body"].read()[:4] == b"PAR1"
    other = {"Bucket": bucket, "Key": "market_data/options/date=2026-11-02/part-00000.snappy.parquet"}
    assert refused(vended.get_object, **other) == "AccessDenied"


def test_a_big_catalogue(own_account):
    running = own_account("--big-catalogue", "1200")
    glue = running.client("glue")
    page = glue.get_tables(DatabaseName="big_000")
    assert len(page["TableList"]) == 100 and page["NextToken"]
    assert len(page["TableList"][0]["StorageDescriptor"]["Columns"]) >= 49
    wide = glue.get_table(DatabaseName="big_000", Name="quote_daily_00001")["Table"]
    assert len(wide["StorageDescriptor"]["Columns"]) == 5000
