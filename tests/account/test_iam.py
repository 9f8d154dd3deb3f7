"""IAM of the account by boto3: roles that are made here are assumed, and what their policies say is what they may."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from s3_support import (
    ACCOUNT_ID,
    BY_THE_USER,
    allow,
    as_role,
    client,
    policy,
    refused,
    role,
    trust,
)

NAME = "emr-pipeline-tested"
ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/{NAME}"


@pytest.fixture(scope="module")
def iam(account):
    return client(account, "iam")


@pytest.fixture(scope="module")
def bucket(account):
    return account.ready["buckets"]["data"]


def test_the_life_of_a_role(account, iam):
    made = iam.create_role(
        RoleName=NAME,
        AssumeRolePolicyDocument=BY_THE_USER,
        Description="for a test",
        Tags=[{"Key": "jupyterlab-emr:pipeline", "Value": "tested"}],
    )["Role"]
    assert made["Arn"] == ARN and made["RoleId"].startswith("AROA")
    found = iam.get_role(RoleName=NAME)["Role"]
    assert found["AssumeRolePolicyDocument"] == json.loads(BY_THE_USER)
    assert found["Tags"] == [{"Key": "jupyterlab-emr:pipeline", "Value": "tested"}]
    assert (
        refused(iam.create_role, RoleName=NAME, AssumeRolePolicyDocument=BY_THE_USER) == "EntityAlreadyExists"
    )
    iam.tag_role(RoleName=NAME, Tags=[{"Key": "owner", "Value": "desk"}])
    assert {tag["Key"] for tag in iam.list_role_tags(RoleName=NAME)["Tags"]} == {
        "jupyterlab-emr:pipeline",
        "owner",
    }
    document = policy(allow("s3:GetObject", "arn:aws:s3:::x/*"))
    iam.put_role_policy(RoleName=NAME, PolicyName="own", PolicyDocument=document)
    assert iam.get_role_policy(RoleName=NAME, PolicyName="own")["PolicyDocument"] == json.loads(document)
    assert iam.list_role_policies(RoleName=NAME)["PolicyNames"] == ["own"]
    bad = {"RoleName": NAME, "PolicyName": "bad", "PolicyDocument": '{"Statement": 3}'}
    assert refused(iam.put_role_policy, **bad) == "MalformedPolicyDocument"
    assert refused(iam.delete_role, RoleName=NAME) == "DeleteConflict"
    iam.delete_role_policy(RoleName=NAME, PolicyName="own")
    iam.delete_role(RoleName=NAME)
    assert refused(iam.get_role, RoleName=NAME) == "NoSuchEntity"


def test_the_user_makes_pipelines_and_no_other_roles(account, iam):
    assert iam.get_user()["User"]["UserName"] == "data-scientist"
    call = {"RoleName": "administrator", "AssumeRolePolicyDocument": BY_THE_USER}
    assert refused(iam.create_role, **call) == "AccessDenied"
    call = {
        "RoleName": "emr-runtime-analyst",
        "PolicyName": "more",
        "PolicyDocument": policy(allow("*", "*")),
    }
    assert refused(iam.put_role_policy, **call) == "AccessDenied"
    assert refused(iam.create_user, UserName="another") == "AccessDenied"
    assert {"emr-runtime-analyst", "emr-runtime-engineer"} <= {
        r["RoleName"] for r in iam.list_roles()["Roles"]
    }


def test_a_role_that_was_made_is_assumed_and_loses_what_is_taken(account, iam, bucket):
    with role(account, NAME, policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/reference/*"))) as arn:
        s3 = as_role(account, arn)
        assert s3.get_object(Bucket=bucket, Key="reference/instruments.csv")["Body"].read()
        assert (
            as_role(account, arn, "sts")
            .get_caller_identity()["Arn"]
            .startswith(f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{NAME}/")
        )
        # Our own services take its keys, and ask its policies too.
        emr = as_role(account, arn, "emr")
        assert refused(emr.list_clusters) == "AccessDeniedException"
        iam.put_role_policy(
            RoleName=NAME,
            PolicyName="see",
            PolicyDocument=policy(allow("elasticmapreduce:ListClusters", "*")),
        )
        assert "Clusters" in emr.list_clusters()
        iam.delete_role_policy(RoleName=NAME, PolicyName="see")
        iam.delete_role_policy(RoleName=NAME, PolicyName="own")
        assert refused(s3.get_object, Bucket=bucket, Key="reference/instruments.csv") == "AccessDenied"
        iam.put_role_policy(
            RoleName=NAME, PolicyName="own", PolicyDocument=policy(allow("s3:*", f"arn:aws:s3:::{bucket}/*"))
        )
        assert s3.get_object(Bucket=bucket, Key="reference/instruments.csv")["Body"].read()
    assert refused(s3.get_object, Bucket=bucket, Key="reference/instruments.csv") == "AccessDenied"


def test_trust_is_checked(account):
    only_the_service = trust({"Service": "emr-serverless.amazonaws.com"})
    with role(account, NAME, trusting=only_the_service) as arn:
        call = {"RoleArn": arn, "RoleSessionName": "a-test"}
        assert refused(client(account, "sts").assume_role, **call) == "AccessDenied"
    outside = trust(
        {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}, {"StringEquals": {"sts:ExternalId": "the-word"}}
    )
    with role(account, NAME, trusting=outside) as arn:
        sts = client(account, "sts")
        call = {"RoleArn": arn, "RoleSessionName": "a-test"}
        assert refused(sts.assume_role, **call) == "AccessDenied"
        assert refused(sts.assume_role, **call, ExternalId="another") == "AccessDenied"
        assert sts.assume_role(**call, ExternalId="the-word")["Credentials"]
    nobody = {"RoleArn": f"arn:aws:iam::{ACCOUNT_ID}:role/emr-pipeline-none", "RoleSessionName": "a-test"}
    assert refused(client(account, "sts").assume_role, **nobody) == "AccessDenied"


def test_what_moto_would_not_evaluate(account, bucket):
    """Conditions, NotAction, NotResource, an explicit deny: the account's own evaluation."""
    everything = f"arn:aws:s3:::{bucket}"
    document = policy(
        allow("s3:ListBucket", everything, Condition={"StringLike": {"s3:prefix": ["trades/*"]}}),
        {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": f"{everything}/positions/*"},
        {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"{everything}/reference/*"},
    )
    with role(account, NAME, document) as arn:
        s3 = as_role(account, arn)
        found = s3.list_objects_v2(Bucket=bucket, Prefix="trades/")["Contents"]
        assert s3.get_object(Bucket=bucket, Key=found[0]["Key"])["Body"].read()
        for key in ("positions/x", "reference/instruments.csv"):
            assert refused(s3.get_object, Bucket=bucket, Key=key) == "AccessDenied"
        assert refused(s3.list_objects_v2, Bucket=bucket, Prefix="positions/") == "AccessDenied"
        with pytest.raises(ClientError, match="explicit deny"):
            s3.get_object(Bucket=bucket, Key="reference/instruments.csv")


def test_a_boundary_and_a_session_policy_limit(account, iam, bucket):
    wide = policy(allow("s3:*", "*"))
    narrow = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/reference/*"))
    boundary = iam.create_policy(PolicyName="emr-pipeline-narrow", PolicyDocument=narrow)["Policy"]["Arn"]
    with role(account, NAME, wide, PermissionsBoundary=boundary) as arn:
        assert (
            iam.get_role(RoleName=NAME)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
        )
        s3 = as_role(account, arn)
        assert s3.get_object(Bucket=bucket, Key="reference/instruments.csv")["Body"].read()
        assert refused(s3.list_objects_v2, Bucket=bucket) == "AccessDenied"
        iam.delete_role_permissions_boundary(RoleName=NAME)
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] > 0
        limited = as_role(account, arn, Policy=narrow)
        assert limited.get_object(Bucket=bucket, Key="reference/instruments.csv")["Body"].read()
        assert refused(limited.list_objects_v2, Bucket=bucket) == "AccessDenied"
    iam.delete_policy(PolicyArn=boundary)


def test_a_managed_policy_counts(account, iam, bucket):
    document = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/reference/*"))
    arn = iam.create_policy(PolicyName="emr-pipeline-reads", PolicyDocument=document)["Policy"]["Arn"]
    with role(account, NAME) as role_arn:
        s3 = as_role(account, role_arn)
        assert refused(s3.get_object, Bucket=bucket, Key="reference/instruments.csv") == "AccessDenied"
        iam.attach_role_policy(RoleName=NAME, PolicyArn=arn)
        assert s3.get_object(Bucket=bucket, Key="reference/instruments.csv")["Body"].read()
        iam.detach_role_policy(RoleName=NAME, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


def test_simulation(account, iam):
    document = policy(
        allow("s3:GetObject", "arn:aws:s3:::x/${aws:PrincipalTag/team}/*"),
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::x/a/b"},
    )
    answer = iam.simulate_custom_policy(
        PolicyInputList=[document],
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::x/a/c", "arn:aws:s3:::x/a/b", "arn:aws:s3:::x/z/c"],
        ContextEntries=[
            {"ContextKeyName": "aws:PrincipalTag/team", "ContextKeyValues": ["a"], "ContextKeyType": "string"}
        ],
    )["EvaluationResults"]
    assert [item["EvalDecision"] for item in answer] == [
        *("allowed", "explicitDeny", "implicitDeny"),
        *("implicitDeny", "explicitDeny", "implicitDeny"),
    ]
    with role(account, NAME, policy(allow("s3:GetObject", "arn:aws:s3:::x/*"))) as arn:
        answer = iam.simulate_principal_policy(
            PolicySourceArn=arn,
            ActionNames=["s3:GetObject"],
            ResourceArns=["arn:aws:s3:::x/1", "arn:aws:s3:::y/1"],
        )["EvaluationResults"]
        assert [item["EvalDecision"] for item in answer] == ["allowed", "implicitDeny"]


def test_glue_is_asked_by_database_and_table(account):
    glue = client(account, "glue")
    glue.create_database(DatabaseInput={"Name": "market"})
    for table in ("trades", "positions"):
        glue.create_table(DatabaseName="market", TableInput={"Name": table})
    base = f"arn:aws:glue:us-east-1:{ACCOUNT_ID}:"
    resources = [base + "catalog", base + "database/market", base + "table/market/trades"]
    with role(account, NAME, policy(allow("glue:GetTable", resources))) as arn:
        reader = as_role(account, arn, "glue")
        assert reader.get_table(DatabaseName="market", Name="trades")["Table"]["Name"] == "trades"
        assert refused(reader.get_table, DatabaseName="market", Name="positions") == "AccessDeniedException"
        assert refused(reader.get_databases) == "AccessDeniedException"
    # Other tests of this account count what there is.
    glue.delete_database(Name="market")


def test_what_moto_has_not_is_refused_at_once(account, iam):
    """Not as a passing trouble, which SDKs would try again."""
    with pytest.raises(ClientError) as error:
        client(account, "kms").describe_custom_key_stores()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_cluster_runs_sessions_as_a_role_that_was_made(account, cluster):
    emr = account.client("emr")
    instances = trust({"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/EMR_EC2_DefaultRole"})
    call = {"ClusterId": cluster["clusterId"], "ExecutionRoleArn": ARN}
    assert refused(emr.get_cluster_session_credentials, **call) == "AccessDeniedException"
    with role(account, NAME, trusting=instances):
        assert emr.get_cluster_session_credentials(**call)["Credentials"]["UsernamePassword"]["Password"]
    with role(account, NAME, trusting=trust({"Service": "lambda.amazonaws.com"})):
        assert refused(emr.get_cluster_session_credentials, **call) == "AccessDeniedException"
