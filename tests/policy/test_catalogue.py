"""The parts of a generated role that no Spark run here reaches: Glue, KMS and the log of a run.

boto3 asks, as the role itself, what Spark's Glue client and S3 ask: each permission is taken away once and refused, the
neighbours are refused always. Lake Formation decides nothing in the local account: its statement is evaluated in
src/promote/policy/__tests__ by iam-simulate only.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from conftest import Deployed

ROLE = "emr-pipeline-catalogue"
PIPELINE = """
name: catalogue
script: catalogue.py
release: emr-7.12.0
caps: {{vcpu: 8, memoryGb: 32, diskGb: 200}}
artifacts: s3://policy-artifacts/pipelines/
inputs:
  - {{table: market.trades, location: s3://policy-market/trades/}}
  - {{s3: s3://policy-market/secret/, kmsKey: {read}}}
outputs:
  - {{table: research.volumes, location: s3://policy-research/volumes/}}
  - {{s3: s3://policy-research/secret/, kmsKey: {write}}}
"""
REFUSED = {"AccessDeniedException", "AccessDenied", "403"}


class Catalogue:
    """The pipeline, its role and clients that have no rights but the role's."""

    def __init__(self, deployed: Deployed, folder: Path):
        self.deployed = deployed
        glue = deployed.client("glue")
        for database in ("default", "market", "research", "other"):
            glue.create_database(DatabaseInput={"Name": database})
        for database, table in (("market", "trades"), ("market", "quotes"), ("other", "trades")):
            glue.create_table(DatabaseName=database, TableInput=table_input(table))
        kms = deployed.client("kms")
        self.keys = {name: kms.create_key()["KeyMetadata"]["Arn"] for name in ("read", "write", "other")}
        for bucket, prefix, key in (
            ("policy-market", "secret", "read"),
            ("policy-research", "secret", "write"),
            ("policy-market", "secret/strange", "other"),
        ):
            deployed.s3.put_object(
                Bucket=bucket,
                Key=f"{prefix}/a.json",
                Body=b"{}",
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=self.keys[key],
            )
        (folder / "catalogue.py").write_text("print(1)\n")
        (folder / "emr-pipeline.yaml").write_text(PIPELINE.format(**self.keys))
        jupyter = str(Path(sys.executable).parent / "jupyter")
        command = [jupyter, "emr", "promote", "emr-pipeline.yaml", "--yes", "--json"]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        assert made.returncode == 0, made.stderr
        self.application = json.loads(made.stdout)["applicationId"]
        (self.name,) = deployed.iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
        self.policy = deployed.iam.get_role_policy(RoleName=ROLE, PolicyName=self.name)["PolicyDocument"]
        trust = deployed.iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
        me = deployed.client("sts").get_caller_identity()["Arn"]
        # In AWS nobody but the application may take it: that is what the next line widens, for the tests alone.
        trust["Statement"].append({"Effect": "Allow", "Principal": {"AWS": me}, "Action": "sts:AssumeRole"})
        deployed.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(trust))
        keys = deployed.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{me.split(':')[4]}:role/{ROLE}", RoleSessionName="asks"
        )["Credentials"]
        self.session = boto3.Session(
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            region_name=deployed.account["region"],
        )

    def client(self, service: str) -> object:
        return self.session.client(service, endpoint_url=self.deployed.account["env"]["AWS_ENDPOINT_URL"])

    def set_policy(self, document: dict) -> None:
        self.deployed.iam.put_role_policy(
            RoleName=ROLE, PolicyName=self.name, PolicyDocument=json.dumps(document)
        )

    def without(self, action: str) -> dict:
        """The policy with one action taken out of every statement."""
        document = json.loads(json.dumps(self.policy))
        for statement in document["Statement"]:
            statement["Action"] = [one for one in statement["Action"] if one != action]
        document["Statement"] = [statement for statement in document["Statement"] if statement["Action"]]
        return document


def table_input(name: str) -> dict:
    return {"Name": name, "PartitionKeys": [{"Name": "day", "Type": "string"}]}


def partition(day: str) -> dict:
    return {"Values": [day], "StorageDescriptor": {"Location": f"s3://policy-research/volumes/day={day}/"}}


@pytest.fixture(scope="module")
def catalogue(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return Catalogue(deployed, tmp_path_factory.mktemp("catalogue"))


@pytest.fixture
def role(catalogue: Catalogue) -> Iterator[Catalogue]:
    """The role with its own policy; it is put back after the test."""
    yield catalogue
    catalogue.set_policy(catalogue.policy)


def allowed(ask: Callable[[], object]) -> bool:
    """Whether it was not refused. That there is nothing of a name, or that it is there already, is an answer."""
    try:
        ask()
    except ClientError as error:
        return error.response["Error"]["Code"] not in REFUSED
    return True


#: What Spark's Glue client asks of the pipeline's tables: those of the client's sources that are named in glue.ts.
GLUE: dict[str, Callable[[Catalogue], object]] = {
    "glue:GetDatabase": lambda role: role.client("glue").get_database(Name="default"),
    "glue:GetTable": lambda role: role.client("glue").get_table(DatabaseName="market", Name="trades"),
    "glue:GetPartitions": lambda role: role.client("glue").get_partitions(
        DatabaseName="market", TableName="trades"
    ),
    "glue:GetPartition": lambda role: role.client("glue").get_partition(
        DatabaseName="market", TableName="trades", PartitionValues=["2026-01-31"]
    ),
    "glue:BatchGetPartition": lambda role: role.client("glue").batch_get_partition(
        DatabaseName="market", TableName="trades", PartitionsToGet=[{"Values": ["2026-01-31"]}]
    ),
    "glue:GetUserDefinedFunctions": lambda role: role.client("glue").get_user_defined_functions(
        DatabaseName="market", Pattern="*"
    ),
    "glue:CreateTable": lambda role: role.client("glue").create_table(
        DatabaseName="research", TableInput=table_input("volumes")
    ),
    "glue:UpdateTable": lambda role: role.client("glue").update_table(
        DatabaseName="research", TableInput=table_input("volumes")
    ),
    "glue:BatchCreatePartition": lambda role: role.client("glue").batch_create_partition(
        DatabaseName="research", TableName="volumes", PartitionInputList=[partition("2026-01-31")]
    ),
    "glue:UpdatePartition": lambda role: role.client("glue").update_partition(
        DatabaseName="research",
        TableName="volumes",
        PartitionValueList=["2026-01-31"],
        PartitionInput=partition("2026-01-31"),
    ),
    "glue:DeletePartition": lambda role: role.client("glue").delete_partition(
        DatabaseName="research", TableName="volumes", PartitionValues=["2026-01-31"]
    ),
    "glue:DeleteTable": lambda role: role.client("glue").delete_table(
        DatabaseName="research", Name="volumes"
    ),
}


def test_the_measured_actions_are_the_policys(catalogue: Catalogue) -> None:
    granted = {action for statement in catalogue.policy["Statement"] for action in statement["Action"]}
    assert {action for action in granted if action.startswith("glue:")} == set(GLUE)


@pytest.mark.parametrize("action", GLUE)
def test_glue_allows_each_and_refuses_it_without_its_permission(role: Catalogue, action: str) -> None:
    assert allowed(lambda: GLUE[action](role))
    role.set_policy(role.without(action))
    assert not allowed(lambda: GLUE[action](role))


@pytest.mark.parametrize(
    "ask",
    [
        lambda glue: glue.get_table(DatabaseName="market", Name="quotes"),
        lambda glue: glue.get_table(DatabaseName="other", Name="trades"),
        lambda glue: glue.get_tables(DatabaseName="market"),
        lambda glue: glue.get_databases(),
        lambda glue: glue.get_database(Name="other"),
        lambda glue: glue.create_table(DatabaseName="market", TableInput=table_input("trades")),
        lambda glue: glue.delete_table(DatabaseName="market", Name="trades"),
        lambda glue: glue.create_table(DatabaseName="research", TableInput=table_input("others")),
        lambda glue: glue.delete_database(Name="research"),
        lambda glue: glue.create_database(DatabaseInput={"Name": "mine"}),
    ],
)
def test_glues_neighbours_are_refused(catalogue: Catalogue, ask: Callable[[object], object]) -> None:
    assert not allowed(lambda: ask(catalogue.client("glue")))


def test_keys_are_used_through_s3_alone_and_each_permission_is_needed(role: Catalogue) -> None:
    s3 = role.client("s3")

    def read() -> object:
        return s3.get_object(Bucket="policy-market", Key="secret/a.json")

    def write() -> object:
        return s3.put_object(
            Bucket="policy-research",
            Key="secret/b.json",
            Body=b"{}",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=role.keys["write"],
        )

    assert allowed(read)
    assert allowed(write)
    # The key of other data under the very prefix, and the own ones past S3.
    assert not allowed(lambda: s3.get_object(Bucket="policy-market", Key="secret/strange/a.json"))
    kms = role.client("kms")
    for name in ("read", "write"):
        assert not allowed(lambda name=name: kms.generate_data_key(KeyId=role.keys[name], KeySpec="AES_256"))
    # What is only read is not encrypted with.
    assert not allowed(
        lambda: s3.put_object(
            Bucket="policy-research",
            Key="secret/c.json",
            Body=b"{}",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=role.keys["read"],
        )
    )
    role.set_policy(role.without("kms:Decrypt"))
    assert not allowed(read)
    assert allowed(write)
    role.set_policy(role.without("kms:GenerateDataKey"))
    assert allowed(read)
    assert not allowed(write)


def test_logs_are_written_for_this_application_and_not_read(catalogue: Catalogue) -> None:
    s3 = catalogue.client("s3")
    place = f"pipelines/catalogue/logs/applications/{catalogue.application}/jobs/1/stdout.gz"
    assert allowed(lambda: s3.put_object(Bucket="policy-artifacts", Key=place, Body=b""))
    assert not allowed(lambda: s3.get_object(Bucket="policy-artifacts", Key=place))
    other = place.replace(catalogue.application, "00another")
    assert not allowed(lambda: s3.put_object(Bucket="policy-artifacts", Key=other, Body=b""))
    script = "pipelines/catalogue/scripts/mine.py"
    assert not allowed(lambda: s3.put_object(Bucket="policy-artifacts", Key=script, Body=b""))
