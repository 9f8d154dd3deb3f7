"""`jupyter emr doctor --admin` on an account that is set up whole, then broken in parts: each is found, and nothing else.

What is broken at a time does not touch one another: the findings have to be exactly the expected ones.
"""

from __future__ import annotations

import contextlib
import json
import re

import pytest
from account_support import Account
from admin_support import (
    ACCOUNT,
    EVERYBODY,
    LAUNCH,
    LAUNCH_POLICY,
    LOGS,
    NODES,
    ROLE,
    ROOT,
    USERS,
    SetUp,
    allow,
    doctor_policy,
    findings,
    policy,
    trust,
    unseen,
)

ANALYST = "emr-runtime-analyst"
MASTER_GROUP = "sg-0a14d7e1b9c6f2a35"
ROUTES = "rtb-0f1e2d3c4b5a69788"
PUBLIC = "subnet-0f1e2d3c4b5a69788"
LEGACY = "EMR without runtime roles"
#: Settings of the whole account or region: no template makes them.
NO_TEMPLATE = {
    "sessions/block-public-access",
    "catalogue/default-permissions",
    "catalogue/external-filtering",
    "catalogue/everybody",
}
WORLD = [{"IpProtocol": "tcp", "FromPort": 8998, "ToPort": 8998, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@pytest.fixture(scope="module")
def whole():
    account = Account()
    yield SetUp(account)
    assert account.stop() == 0


@pytest.fixture
def undo():
    """What puts things right again, last first."""
    with contextlib.ExitStack() as stack:
        yield stack.callback


def check(rows: list[dict], expected: list[tuple[str, str, str, str, str]]) -> None:
    """Findings are exactly these: feature, check, state, something that it was seen by, something of the fix."""
    found = findings(rows)
    key = ("feature", "check", "state")
    assert sorted(tuple(row[name] for name in key) for row in found) == sorted(one[:3] for one in expected), (
        found
    )
    for feature, name, state, evidence, fix in expected:
        assert any(
            (row["feature"], row["check"], row["state"]) == (feature, name, state)
            and any(evidence in seen for seen in row["evidence"])
            and fix in " ".join(row.get(part, "") for part in ("fix", "property", "command"))
            for row in found
        ), (feature, name, evidence, fix, found)
    # Each names what of our templates has it right.
    for row in found:
        if f"{row['feature']}/{row['check']}" in NO_TEMPLATE:
            assert "template" not in row
        else:
            file, name = re.fullmatch(r"(deploy/\w+/[\w-]+\.yaml) \((\w+)\)", row["template"]).groups()
            place = rf"^ +(- Sid: )?{name}(:|$)"
            assert re.search(place, (ROOT / file).read_text(), re.MULTILINE), row["template"]


def statements(document: dict, without: str, *instead: dict) -> str:
    """The users' policy with other statements in place of one."""
    kept = [one for one in document["Statement"] if one["Sid"] != without]
    assert len(kept) == len(document["Statement"]) - 1
    return policy(*kept, *instead)


def test_nothing_is_found_where_all_is_there_and_read_only_rights_do(whole: SetUp) -> None:
    whole.account.control("DELETE", "calls")
    rows = whole.rows()
    assert findings(rows) == [] and unseen(rows) == []
    assert len({row["feature"] for row in rows}) == 8
    # Whatever it asked stands in the documented policy, and only reads.
    reads, templates = json.loads(doctor_policy())["Statement"]
    allowed = {action.split(":")[1] for action in [*reads["Action"], templates["Action"]]}
    names = {
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    }
    calls = [call for call in whole.account.control("GET", "calls")[1] if "/emr-doctor/" in call["caller"]]
    asked = {names.get(call["operation"], call["operation"]) for call in calls} - {"GetCallerIdentity"}
    # Where clusters live, their security configurations are read and not all of the account.
    assert asked | {"ListSecurityConfigurations", "ListLFTags", "GetSchedule"} == allowed
    assert {call["outcome"] for call in calls} == {"ok"}


def test_what_is_missing_is_found(whole: SetUp, undo) -> None:
    catalog, iam, emr = whole.catalog, whole.iam, whole.emr
    product = whole.account.product("EMR small")["productId"]
    constraint = product.replace("prod-", "cons-")
    catalog.delete_constraint(Id=constraint)
    undo(
        catalog.create_constraint,
        PortfolioId=whole.portfolio,
        ProductId=product,
        Type="LAUNCH",
        Parameters=json.dumps({"RoleArn": LAUNCH}),
    )
    launch = json.loads(LAUNCH_POLICY)
    launch["Statement"][0]["Action"].remove("elasticmapreduce:RunJobFlow")
    whole.put("service-catalog-emr-launch", json.dumps(launch))
    undo(whole.put, "service-catalog-emr-launch", LAUNCH_POLICY)
    whole.put("emr-users", statements(whole.users_policy, "RunAsRuntimeRoles"))
    undo(whole.put, "emr-users", json.dumps(whole.users_policy))
    iam.delete_role_permissions_boundary(RoleName=ANALYST)
    undo(iam.put_role_permissions_boundary, RoleName=ANALYST, PermissionsBoundary=whole.boundary)
    iam.update_assume_role_policy(RoleName=ANALYST, PolicyDocument=trust({"AWS": NODES}, ["sts:AssumeRole"]))
    undo(iam.update_assume_role_policy, RoleName=ANALYST, PolicyDocument=whole.trust)
    whole.put("EMR_EC2_DefaultRole", policy(allow("sts:AssumeRole", whole.runtime)))
    undo(
        whole.put,
        "EMR_EC2_DefaultRole",
        policy(allow(["sts:AssumeRole", "sts:TagSession"], whole.runtime)),
    )
    emr.remove_auto_termination_policy(ClusterId=whole.cluster)
    undo(
        emr.put_auto_termination_policy,
        ClusterId=whole.cluster,
        AutoTerminationPolicy={"IdleTimeout": 604_800},
    )
    old = whole.run_cluster("old", "emr-encryption-only", Applications=[{"Name": "Spark"}])
    undo(whole.end_cluster, old)
    whole.s3.delete_bucket_encryption(Bucket=LOGS)
    undo(whole.encrypt, LOGS)
    deny = policy(allow("lakeformation:GetDataAccess", effect="Deny"))
    iam.put_role_policy(RoleName=ANALYST, PolicyName="deny", PolicyDocument=deny)
    undo(iam.delete_role_policy, RoleName=ANALYST, PolicyName="deny")
    grants = whole.lake.list_permissions(Principal={"DataLakePrincipalIdentifier": whole.runtime})
    for grant in grants["PrincipalResourcePermissions"]:
        again = {key: grant[key] for key in ("Principal", "Resource", "Permissions")}
        whole.lake.revoke_permissions(**again)
        undo(whole.lake.grant_permissions, **again)
    settings = {**whole.settings, "AllowExternalDataFiltering": False}
    whole.lake.put_data_lake_settings(DataLakeSettings=settings)
    undo(whole.lake.put_data_lake_settings, DataLakeSettings=whole.settings)
    check(
        whole.rows(),
        [
            ("provision", "launch-role", "missing", product, "LaunchRoleConstraint"),
            ("provision", "launch-role-rights", "missing", LAUNCH, "elasticmapreduce:RunJobFlow"),
            ("provision", "logs", "missing", LOGS, "put-bucket-encryption"),
            ("connect", "runtime-role-boundary", "missing", whole.runtime, "put-role-permissions-boundary"),
            ("connect", "runtime-role-trust", "missing", NODES, "sts:TagSession"),
            ("connect", "instance-role", "missing", NODES, "sts:TagSession"),
            ("connect", "user", "missing", USERS, "elasticmapreduce:ExecutionRoleArn"),
            (
                "connect",
                "security-configuration",
                "missing",
                "emr-encryption-only",
                "EnableApplicationScopedIAMRole",
            ),
            ("sessions", "livy", "missing", old, "Applications"),
            ("teardown", "auto-termination", "missing", whole.cluster, "AutoTerminationPolicy"),
            ("catalogue", "external-filtering", "missing", "false", "AuthorizedSessionTagValueList"),
            ("catalogue", "data-access", "missing", whole.runtime, "lakeformation:GetDataAccess"),
            ("catalogue", "grants", "missing", whole.runtime, "grant-permissions"),
        ],
    )


def test_what_is_too_wide_is_found(whole: SetUp, undo) -> None:
    iam, ec2 = whole.iam, whole.ec2
    whole.put("service-catalog-emr-launch", policy(allow("*")))
    undo(whole.put, "service-catalog-emr-launch", LAUNCH_POLICY)
    iam.update_assume_role_policy(RoleName=ANALYST, PolicyDocument=trust({"AWS": "*"}))
    undo(iam.update_assume_role_policy, RoleName=ANALYST, PolicyDocument=whole.trust)
    wide = [
        allow("elasticmapreduce:GetClusterSessionCredentials"),
        allow("servicecatalog:TerminateProvisionedProduct"),
        allow("iam:PassRole"),
    ]
    whole.put("emr-users", statements(whole.users_policy, "RunAsRuntimeRoles", *wide))
    undo(whole.put, "emr-users", json.dumps(whole.users_policy))
    iam.put_role_policy(
        RoleName="EMR_EC2_DefaultRole", PolicyName="wide", PolicyDocument=policy(allow("s3:*"))
    )
    undo(iam.delete_role_policy, RoleName="EMR_EC2_DefaultRole", PolicyName="wide")
    gateway = {"RouteTableId": ROUTES, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.replace_route(**gateway, GatewayId="igw-0a1b2c3d4e5f60718")
    undo(ec2.replace_route, **gateway, NatGatewayId="nat-0a1b2c3d4e5f60718")
    ec2.authorize_security_group_ingress(GroupId=MASTER_GROUP, IpPermissions=WORLD)
    undo(ec2.revoke_security_group_ingress, GroupId=MASTER_GROUP, IpPermissions=WORLD)
    closed = whole.emr.get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    whole.emr.put_block_public_access_configuration(
        BlockPublicAccessConfiguration={"BlockPublicSecurityGroupRules": False}
    )
    undo(whole.emr.put_block_public_access_configuration, BlockPublicAccessConfiguration=closed)
    whole.s3.delete_public_access_block(Bucket=LOGS)
    undo(whole.close, LOGS)
    iam.update_assume_role_policy(
        RoleName="emr-pipeline-signals",
        PolicyDocument=trust({"Service": "emr-serverless.amazonaws.com"}, ["sts:AssumeRole"]),
    )
    undo(iam.update_assume_role_policy, RoleName="emr-pipeline-signals", PolicyDocument=whole.job_trust)
    whole.put("emr-schedule-signals", policy(allow("iam:PassRole")))
    undo(whole.put, "emr-schedule-signals", whole.schedule_policy)
    admins = [*whole.settings["DataLakeAdmins"], {"DataLakePrincipalIdentifier": whole.runtime}]
    whole.lake.put_data_lake_settings(
        DataLakeSettings={
            **whole.settings,
            "DataLakeAdmins": admins,
            "CreateTableDefaultPermissions": [EVERYBODY],
        }
    )
    undo(whole.lake.put_data_lake_settings, DataLakeSettings=whole.settings)
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    condition = {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:fund/*"},
    }
    iam.create_role(
        RoleName="github",
        AssumeRolePolicyDocument=trust(
            {"Federated": provider}, ["sts:AssumeRoleWithWebIdentity"], Condition=condition
        ),
    )
    undo(iam.delete_role, RoleName="github")
    check(
        whole.rows(),
        [
            ("provision", "launch-role-rights", "too wide", LAUNCH, "iam:PassRole"),
            ("provision", "logs", "too wide", LOGS, "put-public-access-block"),
            ("connect", "runtime-role-trust", "too wide", "Principal: *", "AssumeRolePolicyDocument"),
            ("connect", "instance-role", "too wide", NODES, "runtime roles"),
            ("connect", "user", "too wide", USERS, "elasticmapreduce:ExecutionRoleArn"),
            ("sessions", "subnet", "too wide", "igw-0a1b2c3d4e5f60718", "private subnets"),
            ("sessions", "security-group", "too wide", MASTER_GROUP, "revoke-security-group-ingress"),
            ("sessions", "block-public-access", "too wide", "false", "put-block-public-access-configuration"),
            ("teardown", "user", "too wide", USERS, "servicecatalog:userLevel"),
            ("promote", "user", "too wide", USERS, "emr-pipeline-*"),
            ("promote", "job-role", "too wide", ROLE + "emr-pipeline-signals", "aws:SourceArn"),
            ("schedule", "role", "too wide", ROLE + "emr-schedule-signals", "iam:PassRole"),
            ("catalogue", "default-permissions", "too wide", "CreateTableDefault", "DataLakeSettings"),
            ("catalogue", "grants", "too wide", whole.runtime, "Admins"),
            ("delivery", "role", "too wide", "repo:fund/*", "sub: repo:OWNER"),
        ],
    )


def test_what_nobody_was_given_and_whom_nobody_names_is_found(whole: SetUp, undo) -> None:
    whole.catalog.disassociate_principal_from_portfolio(PortfolioId=whole.portfolio, PrincipalARN=USERS)
    undo(whole.give)
    whole.iam.update_assume_role_policy(
        RoleName=ANALYST, PolicyDocument=trust({"Service": "emr-serverless.amazonaws.com"})
    )
    undo(whole.iam.update_assume_role_policy, RoleName=ANALYST, PolicyDocument=whole.trust)
    body = {"AuthorizationConfiguration": {"IAMConfiguration": {"EnableApplicationScopedIAMRole": True}}}
    whole.emr.create_security_configuration(Name="plain", SecurityConfiguration=json.dumps(body))
    undo(whole.emr.delete_security_configuration, Name="plain")
    plain = whole.run_cluster("plain", "plain")
    undo(whole.end_cluster, plain)
    grant = {
        "Principal": EVERYBODY["Principal"],
        "Resource": {"Database": {"Name": "market_data"}},
        "Permissions": ["DESCRIBE"],
    }
    whole.lake.grant_permissions(**grant)
    undo(whole.lake.revoke_permissions, **grant)
    rows = whole.rows()
    check(
        rows,
        [
            ("provision", "principal", "missing", whole.portfolio, "associate-principal-with-portfolio"),
            ("connect", "runtime-role-trust", "missing", NODES, "sts:AssumeRole and sts:TagSession"),
            ("connect", "security-configuration", "missing", "plain", "EnableInTransitEncryption"),
            ("connect", "security-configuration", "missing", "plain", "EnableAtRestEncryption"),
            ("catalogue", "everybody", "too wide", "market_data", "revoke-permissions"),
        ],
    )
    # Without users there is nobody whose rights could be looked at.
    assert {row["check"] for row in unseen(rows)} == {"user"}


def test_what_products_would_make_is_found(whole: SetUp, undo) -> None:
    """Fourteen things in the templates of four products."""
    small, memory, research = "EMR small", "EMR memory-optimised", "EMR research"
    for product in (small, memory, research):
        undo(whole.edit_template, product)
    imported = "      SecurityConfiguration: !ImportValue jupyterlab-emr-SecurityConfiguration\n"
    own = """  Plain:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration:
        AuthorizationConfiguration: { IAMConfiguration: { EnableApplicationScopedIAMRole: true } }
        EncryptionConfiguration: { EnableInTransitEncryption: 'true', EnableAtRestEncryption: false }
"""
    whole.edit_template(
        small,
        (imported, ""),
        ("      LogUri: !ImportValue jupyterlab-emr-ClusterLogs\n", ""),
        ("      AutoTerminationPolicy: { IdleTimeout: !Ref IdleTimeoutSeconds }\n", ""),
        (
            "        Ec2SubnetId: !Select [0, !Split [',', !ImportValue jupyterlab-emr-SubnetIds]]\n",
            "        Ec2KeyName: ops\n",
        ),
        ("{ Name: Livy }, ", ""),
        ("TerminationProtected: false", "TerminationProtected: true"),
    )
    whole.edit_template(
        memory,
        (imported, "      SecurityConfiguration: !Ref Plain\n"),
        ("Resources:\n", "Resources:\n" + own),
        ("        KeepJobFlowAliveWhenNoSteps: true\n", ""),
    )
    whole.edit_template(
        research,
        ("      ManagedScalingPolicy:\n", "      PlacementGroupConfigs:\n"),
        ("[emr-7.9.0, emr-7.5.0, emr-6.15.0]", "[emr-7.9.0, emr-5.36.2, emr-6.8.1]"),
        ("Type: AWS::EC2::Subnet::Id\n", f"Type: AWS::EC2::Subnet::Id\n    Default: {PUBLIC}\n"),
    )
    whole.ec2.modify_subnet_attribute(SubnetId=PUBLIC, MapPublicIpOnLaunch={"Value": True})
    undo(whole.ec2.modify_subnet_attribute, SubnetId=PUBLIC, MapPublicIpOnLaunch={"Value": False})
    legacy = {"PortfolioId": whole.portfolio, "ProductId": whole.account.product(LEGACY)["productId"]}
    whole.catalog.associate_product_with_portfolio(ProductId=legacy["ProductId"], PortfolioId=whole.portfolio)
    undo(whole.catalog.disassociate_product_from_portfolio, **legacy)
    addresses = ["s3://" + "/".join(whole.template(product)) for product in (small, memory, research, LEGACY)]
    at_small, at_memory, at_research, at_legacy = addresses
    rows = whole.rows()
    check(
        rows,
        [
            ("provision", "template-logs", "missing", at_small, "LogUri"),
            ("connect", "template-security", "missing", at_small, "SecurityConfiguration"),
            ("sessions", "template-applications", "missing", at_small, "Applications"),
            ("sessions", "template-subnet", "too wide", at_small, "Ec2SubnetId"),
            ("sessions", "template-ssh", "too wide", at_small, "Ec2KeyName"),
            ("teardown", "template-auto-termination", "missing", at_small, "AutoTerminationPolicy"),
            ("teardown", "template-protection", "missing", at_small, "TerminationProtected"),
            ("connect", "template-security", "missing", at_memory, "encryption"),
            ("sessions", "template-stays", "missing", at_memory, "KeepJobFlowAliveWhenNoSteps"),
            ("provision", "template-scaling", "missing", at_research, "ManagedScalingPolicy"),
            ("connect", "template-release", "missing", at_research, "emr-6.9.0"),
            ("sessions", "subnet", "too wide", "“EMR research” v3.1", "private subnets"),
            ("teardown", "template-auto-termination", "missing", at_legacy, "AutoTerminationPolicy"),
            (
                "connect",
                "security-configuration",
                "missing",
                f"“{LEGACY}” v1.0",
                "EnableApplicationScopedIAMRole",
            ),
        ],
    )
    (rest,) = [
        row["message"] for row in rows if row["check"] == "template-security" and at_memory in row["evidence"]
    ]
    assert rest == "Clusters of “EMR memory-optimised” v2.0 have no encryption at rest."


def test_a_template_that_cannot_be_read_is_told_once(whole: SetUp, undo) -> None:
    bucket, key = whole.template("EMR small")
    undo(whole.edit_template, "EMR small")
    whole.s3.delete_object_tagging(Bucket=bucket, Key=key)
    undo(whole.edit_template, "EMR memory-optimised")
    bucket, key = whole.template("EMR memory-optimised")
    tag = "servicecatalog:provisioning=true"
    whole.s3.put_object(Bucket=bucket, Key=key, Body=b"- no\n- template\n", Tagging=tag)
    rows = whole.rows()
    assert findings(rows) == []
    told = [(row["feature"], row["check"], row.get("lacks")) for row in unseen(rows)]
    assert told == [("provision", "template", "s3:GetObject"), ("provision", "template", None)]
    assert "is no CloudFormation template" in unseen(rows)[1]["message"]


def test_a_denied_read_stops_nothing_else(whole: SetUp, undo) -> None:
    document = json.loads(doctor_policy())
    document["Statement"][0]["Action"].remove("ec2:DescribeSubnets")
    whole.put("emr-doctor", json.dumps(document))
    undo(whole.put, "emr-doctor", doctor_policy())
    rows = whole.rows()
    (row,) = unseen(rows)
    assert (row["feature"], row["check"], row["lacks"]) == ("sessions", "subnet", "ec2:DescribeSubnets")
    # What the tests before broke was put right again; else it would stand here.
    assert findings(rows) == [] and len({row["feature"] for row in rows}) == 8
    code, text = whole.doctor("--feature", "sessions")
    lines = text.splitlines()
    assert code == 0 and "1 cannot be seen." in lines[-1]
    assert {line.split()[0] for line in lines[1:] if line and line[0] != " "} <= {
        "sessions",
        lines[-1].split()[0],
    }
    assert any(
        line.strip() == "fix:  Allow ec2:DescribeSubnets to whoever runs this check." for line in lines
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--portfolio", "nowhere"], 'There is no portfolio "nowhere" in this account and region.'),
        (["--principal", "me"], '--principal: "me" is not the ARN of a role or user.'),
    ],
)
def test_wrong_options_are_named(whole: SetUp, arguments: list[str], said: str) -> None:
    code, text = whole.doctor(*arguments)
    assert code == 1 and said in text
