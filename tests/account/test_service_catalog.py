"""The Service Catalog story, in both of its protocols."""

from __future__ import annotations

import uuid

import pytest
from account_support import CBOR, JSON, RESEARCH, follow, provision, state_of, wait_for, walk
from botocore.exceptions import ClientError


def code(error) -> str:
    return error.value.response["Error"]["Code"]


def message(error) -> str:
    return error.value.response["Error"]["Message"]


def names(pages, key: str) -> list:
    return [item for page in pages for item in page[key]]


def test_products_come_in_pages(catalog, account):
    pages = list(walk(catalog.search_products, PageSize=100))
    assert len(pages) > 1
    found = [product["Name"] for product in names(pages, "ProductViewSummaries")]
    assert found == [product["name"] for product in account.ready["products"]]
    assert len(set(found)) == len(found) >= 5


def test_products_are_searched_and_sorted(catalog):
    found = catalog.search_products(Filters={"FullTextSearch": ["RESEARCH"]})["ProductViewSummaries"]
    assert [product["Name"] for product in found] == ["EMR research"]
    titles = [
        product["Name"]
        for product in catalog.search_products(SortBy="Title", SortOrder="DESCENDING")["ProductViewSummaries"]
    ]
    assert titles == sorted(titles, reverse=True)


def test_a_product_has_versions_and_paths(catalog, account):
    product = account.product("EMR research")
    detail = catalog.describe_product(Id=product["productId"])
    assert [artifact["Guidance"] for artifact in detail["ProvisioningArtifacts"]] == ["DEFAULT", "DEPRECATED"]
    assert len(detail["LaunchPaths"]) == 2
    pages = list(catalog.get_paginator("list_launch_paths").paginate(ProductId=product["productId"]))
    assert len(pages) == 2
    assert [path["Id"] for path in names(pages, "LaunchPathSummaries")] == product["paths"]
    by_name = catalog.describe_product(Name="EMR research")["ProductViewSummary"]
    assert catalog.describe_product_view(Id=by_name["Id"])["ProductViewSummary"] == by_name
    artifacts = catalog.list_provisioning_artifacts(ProductId=product["productId"])[
        "ProvisioningArtifactDetails"
    ]
    assert [artifact["Id"] for artifact in artifacts] == product["versions"]
    described = catalog.describe_provisioning_artifact(
        ProductId=product["productId"],
        ProvisioningArtifactId=product["versions"][1],
        IncludeProvisioningArtifactParameters=True,
    )
    assert described["ProvisioningArtifactDetail"]["Guidance"] == "DEPRECATED"
    assert described["ProvisioningArtifactParameters"]


def test_parameters_of_many_kinds(catalog, account):
    product = account.product("EMR research")
    choice = {"ProductId": product["productId"], "ProvisioningArtifactId": product["versions"][0]}
    with pytest.raises(ClientError) as error:
        catalog.describe_provisioning_parameters(**choice)
    assert code(error) == "InvalidParametersException"
    described = catalog.describe_provisioning_parameters(**choice, PathId=product["paths"][1])
    parameters = {item["ParameterKey"]: item for item in described["ProvisioningArtifactParameters"]}
    assert {item["ParameterType"] for item in parameters.values()} >= {
        "String",
        "Number",
        "CommaDelimitedList",
        "List<Number>",
        "AWS::EC2::Subnet::Id",
        "List<AWS::EC2::SecurityGroup::Id>",
    }
    assert [key for key, item in parameters.items() if item["IsNoEcho"]] == ["MetastorePassword"]
    assert [key for key, item in parameters.items() if "DefaultValue" not in item] == [
        "ProjectCode",
        "MetastorePassword",
    ]
    bounds = {key for item in parameters.values() for key in item["ParameterConstraints"]}
    assert bounds >= {
        "AllowedValues",
        "AllowedPattern",
        "ConstraintDescription",
        "MinLength",
        "MaxLength",
        "MinValue",
        "MaxValue",
    }
    assert [option["Key"] for option in described["TagOptions"]] == ["CostCenter", "Environment"]
    assert any(item["Type"] == "instructions" and item["Value"] for item in described["UsageInstructions"])


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ([{"Key": "ProjectCode", "Value": "ABC-1234"}], "Parameters: [MetastorePassword] must have values"),
        (
            [*RESEARCH, {"Key": "Nonsense", "Value": "1"}],
            "Parameters: [Nonsense] do not exist in the template",
        ),
        ([{"Key": "ProjectCode", "Value": "abc-1234"}, RESEARCH[1]], "three capital letters"),
        (
            [*RESEARCH, {"Key": "CoreNodes", "Value": "21"}],
            "'CoreNodes' must be a number not greater than 20",
        ),
        ([*RESEARCH, {"Key": "CoreNodes", "Value": "two"}], "'CoreNodes' must be a number"),
        (
            [*RESEARCH, {"Key": "VolumeSizes", "Value": "64,large"}],
            "'VolumeSizes' must be a number",
        ),
        (
            [*RESEARCH, {"Key": "Applications", "Value": "Spark,Oozie"}],
            "'Applications' must be one of AllowedValues",
        ),
        ([*RESEARCH, {"Key": "LogUri", "Value": "http://x/"}], "'LogUri' must match pattern"),
        ([*RESEARCH, {"Key": "Purpose", "Value": "x" * 61}], "'Purpose' must contain at most 60 characters"),
        ([RESEARCH[0], {"Key": "MetastorePassword", "Value": "short"}], "must contain at least 8 characters"),
    ],
)
def test_bad_values_are_told_as_cloudformation_tells_them(catalog, account, parameters, expected):
    with pytest.raises(ClientError) as error:
        provision(account, "EMR research", "bad-values", catalog, ProvisioningParameters=parameters)
    assert code(error) == "InvalidParametersException"
    assert expected in message(error)


def test_what_does_not_exist(catalog, account):
    missing = {"ProductId": "prod-nosuchproduct", "ProvisioningArtifactId": "pa-nosuchversion1"}
    for call in (
        lambda: catalog.describe_product(Id="prod-nosuchproduct"),
        lambda: catalog.describe_product_view(Id="prodview-nosuch"),
        lambda: catalog.list_launch_paths(ProductId="prod-nosuchproduct"),
        lambda: catalog.describe_provisioning_parameters(**missing),
        lambda: catalog.provision_product(**missing, ProvisionedProductName="x"),
        lambda: catalog.describe_record(Id="rec-nosuchrecord1"),
        lambda: catalog.describe_provisioned_product(Id="pp-nosuchproduct1"),
        lambda: catalog.terminate_provisioned_product(ProvisionedProductId="pp-nosuchproduct1"),
        lambda: catalog.get_provisioned_product_outputs(ProvisionedProductId="pp-nosuchproduct1"),
        lambda: provision(account, "EMR small", "x", catalog, PathId="lpv3-nosuchpath12"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "ResourceNotFoundException"
    for call in (
        lambda: catalog.describe_product(),
        lambda: provision(account, "EMR small", "-starts with a dash", catalog),
        lambda: provision(account, "EMR small", "x" * 129, catalog),
        lambda: catalog.search_products(PageToken="nonsense"),
        lambda: catalog.search_provisioned_products(Filters={"Nonsense": ["x"]}),
        lambda: provision(
            account,
            "EMR research",
            "bad-tag",
            catalog,
            ProvisioningParameters=RESEARCH,
            Tags=[{"Key": "CostCenter", "Value": "9999"}],
        ),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "InvalidParametersException"


def test_the_whole_way(catalog, account, emr):
    """Provision with fleets, follow record and cluster, find it, terminate it, follow that."""
    name = f"journey-{uuid.uuid4().hex[:6]}"
    token = uuid.uuid4().hex
    options = {
        "ProvisionToken": token,
        "ProvisioningParameters": [
            *RESEARCH,
            {"Key": "CoreNodes", "Value": "4"},
            {"Key": "SpotShare", "Value": "0.5"},
            {"Key": "Applications", "Value": "Spark, Livy"},
        ],
        "Tags": [{"Key": "CostCenter", "Value": "1002-macro"}],
    }
    record = provision(account, "EMR research", name, catalog, **options)
    assert record["Status"] == "CREATED" and record["RecordType"] == "PROVISION_PRODUCT"
    # The same token is the same request; the same name with another is not.
    assert provision(account, "EMR research", name, catalog, **options)["RecordId"] == record["RecordId"]
    with pytest.raises(ClientError) as error:
        provision(account, "EMR research", name, catalog, ProvisioningParameters=RESEARCH)
    assert code(error) == "DuplicateResourceException"

    seen = [(record["Status"], "UNDER_CHANGE")]

    def look():
        # The product first: what a record that goes on still says of it has then been true.
        product = catalog.describe_provisioned_product(Name=name)["ProvisionedProductDetail"]
        detail = catalog.describe_record(Id=record["RecordId"])["RecordDetail"]
        seen.append((detail["Status"], product["Status"]))
        return detail["Status"] == "SUCCEEDED"

    wait_for(look, "the cluster")
    order = list(dict.fromkeys(status for status, _ in seen))
    assert order == ["CREATED", "IN_PROGRESS", "SUCCEEDED"]
    assert {product for status, product in seen[:-1] if status != "SUCCEEDED"} == {"UNDER_CHANGE"}
    detail = catalog.describe_provisioned_product(Name=name)["ProvisionedProductDetail"]
    assert detail["Status"] == "AVAILABLE"
    assert detail["LastSuccessfulProvisioningRecordId"] == record["RecordId"]

    pages = list(walk(catalog.get_provisioned_product_outputs, ProvisionedProductName=name))
    assert len(pages) > 1
    outputs = {item["OutputKey"]: item["OutputValue"] for item in names(pages, "Outputs")}
    cluster_id = outputs["ClusterId"]
    assert cluster_id.startswith("j-")
    assert account.roles["analyst"] in outputs["RuntimeRoleArns"].split(",")

    cluster = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    assert cluster["InstanceCollectionType"] == "INSTANCE_FLEET"
    assert [item["Name"] for item in cluster["Applications"]] == ["Livy", "Spark"]
    tags = {tag["Key"]: tag["Value"] for tag in cluster["Tags"]}
    assert tags["CostCenter"] == "1002-macro"
    assert tags["aws:servicecatalog:provisionedProductArn"] == detail["Arn"]
    fleets = [
        fleet
        for page in emr.get_paginator("list_instance_fleets").paginate(ClusterId=cluster_id)
        for fleet in page["InstanceFleets"]
    ]
    assert [(fleet["InstanceFleetType"], fleet["TargetSpotCapacity"]) for fleet in fleets] == [
        ("MASTER", 0),
        ("CORE", 0),
        ("TASK", 2),
    ]
    assert "livy-conf" not in [item["Classification"] for item in cluster["Configurations"]]
    port = [
        item["Properties"]["livy.server.port"]
        for item in fleets[0]["InstanceTypeSpecifications"][0]["Configurations"]
        if item["Classification"] == "livy-conf"
    ]
    assert len(port) == 1 and int(port[0]) > 1024

    for query in (f"name:{name}", "name:journey-*", "status:AVAILABLE", name):
        found = names(
            walk(
                catalog.search_provisioned_products,
                AccessLevelFilter={"Key": "User", "Value": "self"},
                Filters={"SearchQuery": [query]},
                PageSize=100,
            ),
            "ProvisionedProducts",
        )
        assert name in [item["Name"] for item in found], query
    mine = next(item for item in found if item["Name"] == name)
    assert mine["ProductName"] == "EMR research" and mine["UserArn"].endswith(":user/data-scientist")
    scanned = names(catalog.get_paginator("scan_provisioned_products").paginate(), "ProvisionedProducts")
    assert name in [item["Name"] for item in scanned]

    token = uuid.uuid4().hex
    ending = catalog.terminate_provisioned_product(ProvisionedProductName=name, TerminateToken=token)[
        "RecordDetail"
    ]
    assert ending["RecordType"] == "TERMINATE_PROVISIONED_PRODUCT"
    again = catalog.terminate_provisioned_product(ProvisionedProductName=name, TerminateToken=token)[
        "RecordDetail"
    ]
    assert again["RecordId"] == ending["RecordId"]
    wait_for(lambda: state_of(emr, cluster_id) == "TERMINATING", "the cluster's end to begin")
    assert follow(catalog, ending["RecordId"])["Status"] == "SUCCEEDED"
    ended = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]
    assert ended["State"] == "TERMINATED"
    assert ended["StateChangeReason"]["Code"] == "USER_REQUEST"
    assert (
        ended["Timeline"]["CreationDateTime"]
        < ended["Timeline"]["ReadyDateTime"]
        < ended["Timeline"]["EndDateTime"]
    )
    with pytest.raises(ClientError) as error:
        catalog.describe_provisioned_product(Name=name)
    assert code(error) == "ResourceNotFoundException"
    # The records stay, and the token still answers.
    once_more = catalog.terminate_provisioned_product(ProvisionedProductName=name, TerminateToken=token)
    assert once_more["RecordDetail"]["RecordId"] == ending["RecordId"]
    history = names(
        walk(
            catalog.list_record_history,
            SearchFilter={"Key": "provisionedproduct", "Value": record["ProvisionedProductId"]},
        ),
        "RecordDetails",
    )
    assert [item["RecordType"] for item in history] == ["TERMINATE_PROVISIONED_PRODUCT", "PROVISION_PRODUCT"]


def test_a_product_that_fails_half_way(account, emr):
    catalog = account.client("servicecatalog")
    record = provision(account, "EMR with a broken bootstrap action", "broken", catalog)
    ended = follow(catalog, record["RecordId"])
    assert ended["Status"] == "FAILED"
    description = ended["RecordErrors"][0]["Description"]
    assert "EmrCluster" in description and "bootstrap action 1 returned a non-zero return code" in description
    product = catalog.describe_provisioned_product(Name="broken")["ProvisionedProductDetail"]
    assert product["Status"] in ("ERROR", "TAINTED") and product["StatusMessage"] == description
    clusters = emr.get_paginator("list_clusters").paginate(ClusterStates=["TERMINATED_WITH_ERRORS"])
    found = next(item for page in clusters for item in page["Clusters"] if item["Name"] == "broken")
    assert found["Status"]["StateChangeReason"]["Code"] == "BOOTSTRAP_FAILURE"
    details = emr.describe_cluster(ClusterId=found["Id"])["Cluster"]["Status"]["ErrorDetails"]
    assert details[0]["ErrorCode"] == "BOOTSTRAP_FAILURE_PRIMARY_WITH_NON_ZERO_CODE"
    assert details[0]["ErrorData"][0]["primary-instance-id"].startswith("i-")
    ending = catalog.terminate_provisioned_product(ProvisionedProductName="broken")["RecordDetail"]
    assert follow(catalog, ending["RecordId"])["Status"] == "SUCCEEDED"


def test_a_subnet_that_does_not_exist_fails_the_record(account):
    catalog = account.client("servicecatalog")
    parameters = [*RESEARCH, {"Key": "Subnet", "Value": "subnet-00000000000000000"}]
    record = provision(account, "EMR research", "no-subnet", catalog, ProvisioningParameters=parameters)
    ended = follow(catalog, record["RecordId"])
    assert ended["Status"] == "FAILED"
    assert "subnet-00000000000000000" in ended["RecordErrors"][0]["Description"]
    catalog.terminate_provisioned_product(ProvisionedProductName="no-subnet")


def test_terminated_while_it_is_made(account, emr):
    catalog = account.client("servicecatalog")
    record = provision(account, "EMR small", "changed-my-mind", catalog)

    def made():
        pages = emr.get_paginator("list_clusters").paginate()
        return next(
            (item for page in pages for item in page["Clusters"] if item["Name"] == "changed-my-mind"), None
        )

    cluster = wait_for(made, "the cluster")
    ending = catalog.terminate_provisioned_product(ProvisionedProductName="changed-my-mind")["RecordDetail"]
    assert follow(catalog, ending["RecordId"])["Status"] == "SUCCEEDED"
    assert follow(catalog, record["RecordId"])["Status"] == "FAILED"
    assert state_of(emr, cluster["Id"]) == "TERMINATED"


def test_one_sees_what_is_ones_own(account, cluster):
    """Another identity of the account sees it at Account level only."""
    keys = account.client("sts").assume_role(RoleArn=account.roles["analyst"], RoleSessionName="someone")[
        "Credentials"
    ]
    other = account.client(
        "servicecatalog",
        CBOR,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )

    def seen(level):
        found = other.search_provisioned_products(
            AccessLevelFilter={"Key": level, "Value": "self"},
            Filters={"SearchQuery": ["name:shared-cluster"]},
        )
        return [item["Name"] for item in found["ProvisionedProducts"]]

    assert seen("User") == [] and seen("Role") == [] and seen("Account") == ["shared-cluster"]


def test_both_protocols_say_the_same(account, cluster):
    answers = [
        account.client("servicecatalog", protocol).describe_record(Id=cluster["record"]["RecordId"])
        for protocol in (CBOR, JSON)
    ]
    for answer in answers:
        kind = answer.pop("ResponseMetadata")["HTTPHeaders"]["content-type"]
        assert ("cbor" in kind) == (answer is answers[0])
    assert answers[0] == answers[1]
