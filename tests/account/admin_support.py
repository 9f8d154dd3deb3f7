"""An account that is set up as the documentation has it, and the administrator's doctor run on it."""

from __future__ import annotations

import json
import os
import re
import subprocess

import yaml
from account_support import HERE, Account, wait_for

ROOT = HERE.parent.parent
CLI = ROOT / "jupyterlab_emr" / "node" / "cli.mjs"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
NODES = ROLE + "EMR_EC2_DefaultRole"
LAUNCH = ROLE + "service-catalog-emr-launch"
USERS = ROLE + "emr-users"
LOGS = f"emr-logs-{ACCOUNT}"
PRODUCT_FILES = {
    "EMR small": "product-small.yaml",
    "EMR memory-optimised": "product-memory.yaml",
    "EMR research": "product-research.yaml",
}
EVERYBODY = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}


def allow(action, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal, action=("sts:AssumeRole", "sts:TagSession"), **more) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(action), **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def doctor_policy() -> str:
    """The read-only policy of docs/admin.md."""
    text = (ROOT / "docs" / "admin.md").read_text()
    return next(
        block for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if '"AdminDoctor"' in block
    )


def user_policy(region: str, runtime_roles: list[str]) -> dict:
    """The users' policy of deploy/aws/user-policy.yaml, as CloudFormation would make it."""
    values = {
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::AccountId": ACCOUNT,
        "RuntimeRoleArns": runtime_roles,
        "ServerlessRoleArns": runtime_roles,
        "LivySecretPrefix": "emr/",
    }

    class Loader(yaml.SafeLoader):
        pass

    def intrinsic(loader, suffix, node):
        if suffix == "Ref":
            return values.get(node.value, node.value)
        if suffix == "Sub":
            return re.sub(r"\$\{([\w:]+)\}", lambda found: str(values.get(found[1], found[1])), node.value)
        return None

    Loader.add_multi_constructor("!", intrinsic)
    template = yaml.load((ROOT / "deploy" / "aws" / "user-policy.yaml").read_text(), Loader)
    return template["Resources"]["NotebookPolicy"]["Properties"]["PolicyDocument"]


class SetUp:
    """The account, whole; tests break it and put it right again."""

    def __init__(self, account: Account):
        self.account = account
        self.runtime = account.roles["analyst"]
        self.region = account.ready["region"]
        status, keys = account.control("POST", "administrator", {})
        assert status == 200, keys
        self.keys = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
        self.iam, self.s3, self.emr, self.ec2, self.lake, self.catalog = map(
            self.client, ("iam", "s3", "emr", "ec2", "lakeformation", "servicecatalog")
        )
        self.trust = trust({"AWS": NODES})
        self.users_policy = user_policy(self.region, [self.runtime])
        self._identities()
        self._data()
        self._portfolio()
        self.cluster = self.run_cluster("whole")

    def client(self, service: str):
        # moto says of S3's answers that they are HTML.
        return self.account.client(service, check=service != "s3", **self.keys)

    def _identities(self) -> None:
        iam = self.iam
        boundary = iam.create_policy(PolicyName="emr-boundary", PolicyDocument=policy(allow("*")))
        self.boundary = boundary["Policy"]["Arn"]
        iam.put_role_permissions_boundary(RoleName="emr-runtime-analyst", PermissionsBoundary=self.boundary)
        iam.update_assume_role_policy(RoleName="emr-runtime-analyst", PolicyDocument=self.trust)
        nodes = policy(
            allow(["sts:AssumeRole", "sts:TagSession"], self.runtime),
            allow("s3:PutObject", f"arn:aws:s3:::{LOGS}/*"),
        )
        iam.put_role_policy(RoleName="EMR_EC2_DefaultRole", PolicyName="work", PolicyDocument=nodes)
        iam.create_instance_profile(InstanceProfileName="EMR_EC2_DefaultRole")
        iam.add_role_to_instance_profile(
            InstanceProfileName="EMR_EC2_DefaultRole", RoleName="EMR_EC2_DefaultRole"
        )
        self.put("service-catalog-emr-launch", LAUNCH_POLICY)
        iam.create_role(
            RoleName="emr-users", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"})
        )
        self.put("emr-users", json.dumps(self.users_policy))
        root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        iam.create_role(RoleName="emr-doctor", AssumeRolePolicyDocument=trust(root))
        self.put("emr-doctor", doctor_policy())
        source = f"arn:aws:emr-serverless:{self.region}:{ACCOUNT}:/applications/00fabcdefghijklm"
        self.job_trust = trust(
            {"Service": "emr-serverless.amazonaws.com"},
            ["sts:AssumeRole"],
            Condition={"ArnLike": {"aws:SourceArn": source}},
        )
        iam.create_role(RoleName="emr-pipeline-signals", AssumeRolePolicyDocument=self.job_trust)
        iam.create_role(
            RoleName="emr-schedule-signals",
            AssumeRolePolicyDocument=trust({"Service": "scheduler.amazonaws.com"}, ["sts:AssumeRole"]),
        )
        self.schedule_policy = policy(allow("iam:PassRole", ROLE + "emr-pipeline-signals"))
        self.put("emr-schedule-signals", self.schedule_policy)

    def _data(self) -> None:
        self.s3.create_bucket(Bucket=LOGS)
        artifacts = self.account.ready["buckets"]["artifacts"]
        for bucket in (LOGS, artifacts):
            self.encrypt(bucket)
            self.close(bucket)
        doctor = [{"DataLakePrincipalIdentifier": ROLE + "emr-doctor"}]
        self.settings = self.lake.get_data_lake_settings()["DataLakeSettings"]
        self.settings |= {
            "ReadOnlyAdmins": doctor,
            # The steward grants in the tests that take grants away.
            "DataLakeAdmins": [{"DataLakePrincipalIdentifier": ROLE + "platform-admin"}],
            "CreateDatabaseDefaultPermissions": [],
            "CreateTableDefaultPermissions": [],
            "AllowExternalDataFiltering": True,
            "AuthorizedSessionTagValueList": ["Amazon EMR"],
        }
        self.lake.put_data_lake_settings(DataLakeSettings=self.settings)

    def _portfolio(self) -> None:
        (portfolio,) = self.catalog.list_portfolios()["PortfolioDetails"]
        self.portfolio = portfolio["Id"]
        user = f"arn:aws:iam::{ACCOUNT}:user/data-scientist"
        self.catalog.disassociate_principal_from_portfolio(PortfolioId=self.portfolio, PrincipalARN=user)
        self.give()
        # Two products that no site should have.
        for name in ("EMR without runtime roles", "EMR with a broken bootstrap action"):
            self.catalog.disassociate_product_from_portfolio(
                PortfolioId=self.portfolio, ProductId=self.account.product(name)["productId"]
            )
        # Whoever made this one did not ask the platform team.
        self.emr.terminate_job_flows(JobFlowIds=[self.account.ready["otherCluster"]])
        self.wait_ended(self.account.ready["otherCluster"])

    def give(self) -> None:
        self.catalog.associate_principal_with_portfolio(
            PortfolioId=self.portfolio, PrincipalARN=USERS, PrincipalType="IAM"
        )

    def template(self, product: str) -> tuple[str, str]:
        """Bucket and key of the template of a product's newest version."""
        chosen = self.account.product(product)
        found = self.catalog.describe_provisioning_artifact(
            ProductId=chosen["productId"], ProvisioningArtifactId=chosen["versions"][0], Verbose=True
        )
        bucket, key = re.fullmatch(
            r"https://([^/]+)\.s3\.amazonaws\.com/(.+)", found["Info"]["TemplateUrl"]
        ).groups()
        return bucket, key

    def edit_template(self, product: str, *edits: tuple[str, str]) -> None:
        """Other text in place of some of a product's template."""
        bucket, key = self.template(product)
        text = (ROOT / "deploy" / "aws" / PRODUCT_FILES[product]).read_text()
        for old, new in edits:
            assert text.count(old) == 1, (old, text.count(old))
            text = text.replace(old, new)
        tag = "servicecatalog:provisioning=true"
        self.s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), Tagging=tag)

    def put(self, role: str, document: str) -> None:
        self.iam.put_role_policy(RoleName=role, PolicyName="work", PolicyDocument=document)

    def encrypt(self, bucket: str) -> None:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        self.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})

    def close(self, bucket: str) -> None:
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        self.s3.put_public_access_block(
            Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(names, True)
        )

    def run_cluster(self, name: str, security: str = "emr-runtime-roles", **more) -> str:
        return self.emr.run_job_flow(
            **{
                "Name": name,
                "ReleaseLabel": "emr-7.9.0",
                "Applications": [{"Name": "Spark"}, {"Name": "Livy"}],
                "Instances": {
                    "MasterInstanceType": "m6g.xlarge",
                    "InstanceCount": 1,
                    "KeepJobFlowAliveWhenNoSteps": True,
                },
                "JobFlowRole": "EMR_EC2_DefaultRole",
                "ServiceRole": "EMR_DefaultRole_V2",
                "SecurityConfiguration": security,
                "LogUri": f"s3://{LOGS}/clusters/",
                "AutoTerminationPolicy": {"IdleTimeout": 604_800},
                **more,
            }
        )["JobFlowId"]

    def end_cluster(self, cluster: str) -> None:
        self.emr.terminate_job_flows(JobFlowIds=[cluster])
        self.wait_ended(cluster)

    def wait_ended(self, cluster: str) -> None:
        def state():
            return self.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]["State"]

        wait_for(lambda: state().startswith("TERMINATED"), f"end of {cluster}")

    def doctor(self, *arguments: str) -> tuple[int, str]:
        """`jupyter emr doctor --admin` with the rights of the documentation's policy; exit code and output."""
        session = self.client("sts").assume_role(RoleArn=ROLE + "emr-doctor", RoleSessionName="doctor")
        keys = session["Credentials"]
        environment = {
            **os.environ,
            **self.account.ready["env"],
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }
        done = subprocess.run(
            ["node", str(CLI), "doctor", "--admin", "--runtime-role", self.runtime, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "emrlocalsecret" not in done.stdout + done.stderr
        return done.returncode, done.stdout or done.stderr

    def rows(self, *arguments: str) -> list[dict]:
        code, text = self.doctor("--json", *arguments)
        answer = json.loads(text)
        assert "checks" in answer, answer
        found = [row for row in answer["checks"] if row["state"] in ("missing", "too wide")]
        assert (code, answer["ok"]) == ((1, False) if found else (0, True))
        return answer["checks"]


LAUNCH_POLICY = policy(
    allow(
        [
            "elasticmapreduce:RunJobFlow",
            "elasticmapreduce:DescribeCluster",
            "elasticmapreduce:TerminateJobFlows",
        ]
    ),
    allow("cloudformation:*", f"arn:aws:cloudformation:*:{ACCOUNT}:stack/SC-*"),
    allow("iam:PassRole", [NODES, ROLE + "EMR_DefaultRole_V2"]),
)


def findings(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["state"] in ("missing", "too wide")]


def unseen(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["state"] == "cannot see"]
