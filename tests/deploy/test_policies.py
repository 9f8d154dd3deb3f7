"""Every IAM policy of the templates is clean to the policy linter, and each of its checks finds what it is for."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("iam_validator", reason="iam-policy-validator is not installed: scripts/requirements.txt")

from iam_validator.core.config.condition_requirements import IAM_PASS_ROLE_REQUIREMENT
from iam_validator.core.config.config_loader import ValidatorConfig
from iam_validator.core.policy_checks import build_registry
from policies import ROOT, Policy, known, lint, policies, read

TEMPLATES = sorted([*(ROOT / "deploy/aws").glob("*.yaml"), *(ROOT / "deploy/delivery").glob("*.yaml")])

#: The name of a bucket is not whose it is: anybody may have made it.
S3_ACCOUNT = {
    "actions": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    "severity": "medium",
    "required_conditions": [{"condition_key": "aws:ResourceAccount"}],
}
#: How it differs from the linter's defaults.
CHECKS = {
    # That an action which writes names its resource is the guard rules' (roles.guard): here, what makes one mighty.
    "sensitive_action": {"categories": ["priv_esc"]},
    "action_condition_enforcement": {"requirements": [IAM_PASS_ROLE_REQUIREMENT, S3_ACCOUNT]},
    # About multi-factor keys and policies of organizations: there are none.
    "mfa_condition_antipattern": {"enabled": False},
    "rcp_best_practices": {"enabled": False},
}

#: What the linter says and we leave, and why: template, statement, what it says.
LEFT = {
    ("cluster-roles.yaml", "ByPolicies", "overly_permissive"): "AWS's own key policy: IAM's policies decide",
    ("cluster-roles.yaml", "ByPolicies", "missing_condition"): "AWS's own key policy: IAM's policies decide",
    (
        "cluster-roles.yaml",
        "ReadCertificates",
        "missing_required_condition",
    ): "one object, which may be another account's",
    (
        "hosts.yaml",
        "GetTheAgent",
        "missing_required_condition",
    ): "the bucket is AWS's, of an account that it does not tell",
    (
        "portfolio.yaml",
        "ReadTemplates",
        "missing_required_condition",
    ): "Service Catalog keeps templates in buckets of AWS; their tag is the condition",
    (
        "portfolio.yaml",
        None,
        "privilege_escalation",
    ): "it passes roles to EMR and EC2 only, not to CloudFormation",
    (
        "runtime-role.yaml",
        "OwnFolder",
        "missing_required_condition",
    ): "the boundary names the accounts whose buckets they may be",
    (
        "user-policy.yaml",
        "KeepPipelineRoles",
        "missing_condition",
    ): "roles of pipelines only, and they are inside the boundary",
    (
        "user-policy.yaml",
        "RunAsRuntimeRoles",
        "type_mismatch_usable",
    ): "StringEquals takes no wildcard in an ARN, ArnEquals does",
    (
        "user-policy.yaml",
        "MakePipelineRoles",
        "type_mismatch_usable",
    ): "StringEquals takes no wildcard in an ARN, ArnEquals does",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return known(tmp_path_factory.mktemp("iam"))


def test_the_linter_finds_nothing_that_is_not_explained(data: Path) -> None:
    every = [(path.name, policy) for path in TEMPLATES for policy in policies(read(path))]
    found = lint([policy for _, policy in every], data, CHECKS)
    said = {
        (template, issue.statement_sid, issue.issue_type): issue.message
        for (template, _), issues in zip(every, found, strict=True)
        for issue in issues
    }
    assert {key: message for key, message in said.items() if key not in LEFT} == {}
    assert LEFT.keys() - said.keys() == set()
    # Of each kind there is one that it looked at.
    assert {policy.kind for _, policy in every} == {"IDENTITY_POLICY", "TRUST_POLICY", "RESOURCE_POLICY"}


def test_no_policy_of_a_template_escapes_it(data: Path) -> None:
    def spoil(value: Any) -> None:
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            if key == "Action" and isinstance(value, dict) and "Effect" in value:
                value[key] = "sts:AssumeRoll"
            elif isinstance(member, (dict, list)):
                spoil(member)

    templates = [read(path) for path in TEMPLATES]
    for template in templates:
        spoil(template["Resources"])
    every = [policy for template in templates for policy in policies(template)]
    checks = [{issue.check_id for issue in issues} for issues in lint(every, data, CHECKS)]
    assert len(every) > 20 and all("action_validation" in found for found in checks)


OBJECT = "arn:aws:s3:::acme-research/pipelines/*"
ROLE = "arn:aws:iam::123456789012:role/emr-pipeline-signals"


def allow(action: str | list[str], resource: str | list[str] = "*", **more: object) -> dict:
    return {"Sid": "Bad", "Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal: object, **more: object) -> dict:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


EVERYBODY = [trust({"AWS": "*"}), trust("*")]
#: Check, what it says, kind of policy, statements.
BAD = [
    ("action_validation", "GetObjekt", "IDENTITY", [allow("s3:GetObjekt", OBJECT)]),
    ("action_resource_matching", "object", "IDENTITY", [allow("s3:GetObject", "arn:aws:s3:::acme-research")]),
    ("action_resource_matching", "s3:ListBucket", "IDENTITY", [allow("s3:ListBucket", OBJECT)]),
    (
        "condition_key_validation",
        "elasticmapreduce:ExecutionRole",
        "IDENTITY",
        [
            allow(
                "elasticmapreduce:GetClusterSessionCredentials",
                "arn:aws:elasticmapreduce:eu-west-1:123456789012:cluster/*",
                Condition={"StringEquals": {"elasticmapreduce:ExecutionRole": ROLE}},
            )
        ],
    ),
    (
        "condition_type_mismatch",
        "s3:prefix",
        "IDENTITY",
        [allow("s3:ListBucket", "arn:aws:s3:::acme", Condition={"NumericLessThan": {"s3:prefix": "5"}})],
    ),
    (
        "set_operator_validation",
        "aws:PrincipalArn",
        "IDENTITY",
        [
            allow(
                "s3:ListBucket",
                "arn:aws:s3:::acme",
                Condition={"ForAnyValue:StringLike": {"aws:PrincipalArn": ["a*"]}},
            )
        ],
    ),
    (
        "ifexists_condition_usage",
        "IfExists",
        "IDENTITY",
        [allow("iam:PassRole", ROLE, Condition={"StringEqualsIfExists": {"aws:PrincipalAccount": "1"}})],
    ),
    ("resource_validation", "log-bucket", "IDENTITY", [allow("s3:ListBucket", "log-bucket")]),
    ("wildcard_action", "*", "IDENTITY", [allow("*", ROLE)]),
    ("service_wildcard", "s3:*", "IDENTITY", [allow("s3:*", OBJECT)]),
    ("full_wildcard", "all", "IDENTITY", [allow("*")]),
    ("wildcard_resource", "s3:DeleteObject", "IDENTITY", [allow("s3:DeleteObject")]),
    ("wildcard_resource", "sts:AssumeRole", "IDENTITY", [allow("sts:AssumeRole")]),
    ("action_condition_enforcement", "iam:PassedToService", "IDENTITY", [allow("iam:PassRole", ROLE)]),
    ("action_condition_enforcement", "aws:ResourceAccount", "IDENTITY", [allow("s3:PutObject", OBJECT)]),
    ("sensitive_action", "iam:AttachRolePolicy", "IDENTITY", [allow("iam:AttachRolePolicy", ROLE)]),
    ("not_action_not_resource", "NotAction", "IDENTITY", [{**allow("s3:GetObject"), "NotAction": "iam:*"}]),
    ("sid_uniqueness", "Bad", "IDENTITY", [allow("ec2:DescribeVpcs"), allow("ec2:DescribeSubnets")]),
    (
        "policy_structure",
        "Effect",
        "IDENTITY",
        [{"Sid": "Bad", "Action": "ec2:DescribeVpcs", "Resource": "*"}],
    ),
    (
        "policy_size",
        "6,144",
        "IDENTITY",
        [allow("s3:ListBucket", [f"arn:aws:s3:::acme-{at:0>40}" for at in range(120)])],
    ),
    ("policy_type_validation", "TRUST POLICY", "IDENTITY", [trust({"AWS": ROLE}, Resource="*")]),
    ("principal_validation", "*", "TRUST", EVERYBODY),
    ("trust_policy_validation", "confused deputy", "TRUST", [trust({"Service": "scheduler.amazonaws.com"})]),
    (
        "trust_policy_validation",
        "Federated",
        "TRUST",
        [trust({"Federated": "arn:aws:iam::1:oidc-provider/a"})],
    ),
    (
        "not_principal_validation",
        "NotPrincipal",
        "RESOURCE",
        [allow("s3:GetObject", OBJECT, NotPrincipal={"AWS": ROLE})],
    ),
    (
        "principal_validation",
        "*",
        "RESOURCE",
        [allow("s3:GetObject", OBJECT, Principal="*")],
    ),
]


def test_each_check_finds_what_it_is_for(data: Path) -> None:
    documents = [
        Policy(check, f"{kind}_POLICY", {"Version": "2012-10-17", "Statement": copy.deepcopy(statements)})
        for check, _, kind, statements in BAD
    ]
    for (check, said, _, _), issues in zip(BAD, lint(documents, data, CHECKS), strict=True):
        mine = [issue.message for issue in issues if issue.check_id == check]
        assert any(said in message for message in mine), (check, said, mine, [i.check_id for i in issues])


def test_no_check_is_without_a_bad_policy() -> None:
    registry = build_registry(ValidatorConfig(CHECKS))
    enabled = {check.check_id for check in registry.get_all_checks() if registry.is_enabled(check.check_id)}
    assert enabled == {check for check, _, _, _ in BAD}
