"""The admin kit: cfn-lint and our own rules find nothing in it, and each rule finds what it is for."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

guard = pytest.importorskip(
    "cfn_guard_rs.cfn_guard_rs", reason="cfn-guard-rs has no wheel for this Python (3.13 and later)"
)

KIT = Path(__file__).parents[2] / "deploy" / "aws"
TEMPLATES = sorted(KIT.glob("*.yaml"))
RULES = {path.stem: path.read_text() for path in sorted((KIT / "rules").glob("*.guard"))}


def plain(value: Any) -> Any:
    """Without the places in the file."""
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return str(value) if isinstance(value, str) else value


def read(name: str) -> dict:
    return plain(cfn_yaml.load(str(KIT / name)))


def named(rules: str) -> set[str]:
    return {line.split()[1] for line in rules.splitlines() if line.startswith("rule ")}


def found(template: dict) -> set[str]:
    """Names of the rules that a template does not keep."""
    failed = set()
    for rules in RULES.values():
        report = guard.run_checks_rs(json.dumps(template), rules, False)
        # The binding loses the beginning of a long report; what was kept, or is not about this, stands at its end.
        _, mark, end = report.rpartition('"not_applicable":')
        assert mark
        failed |= named(rules) - set(re.findall(r'"(\w+)"', end))
    return failed


def test_cfn_lint_finds_nothing():
    local = Path(__file__).parents[2] / "src" / "local" / "serviceCatalog" / "templates"
    command = [sys.executable, "-c", "from cfnlint.runner import main; main()", *map(str, TEMPLATES)]
    done = subprocess.run(
        [*command, *map(str, local.glob("*.yaml"))], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_our_rules_find_nothing(path):
    assert found(read(path.name)) == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_everything_is_described(path):
    template = read(path.name)
    described = [*template.get("Parameters", {}).items(), *template.get("Outputs", {}).items()]
    assert [name for name, entry in described if not entry.get("Description")] == []
    assert len(path.read_text().splitlines()) < 450


def put(path: str, value: Any):
    """An edit: what stands at a path of the template's resources; None takes it away."""
    *way, last = path.split("/")

    def edit(template: dict) -> None:
        place = template["Resources"]
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        key = int(last) if isinstance(place, list) else last
        if value is None:
            del place[key]
        else:
            place[key] = value

    return edit


STATEMENT = "NotebookPolicy/Properties/PolicyDocument/Statement/0"
INLINE = "InstanceRole/Properties/Policies/0/PolicyDocument/Statement/0"
SECURITY = "Security/Properties/SecurityConfiguration"
ENCRYPTION = f"{SECURITY}/EncryptionConfiguration"
BAD = [
    ("no_public_subnets", "network.yaml", put("FirstSubnet/Properties/MapPublicIpOnLaunch", True)),
    ("no_public_subnets", "network.yaml", put("FirstSubnet/Properties/MapPublicIpOnLaunch", None)),
    ("no_internet_gateway", "network.yaml", put("Out", {"Type": "AWS::EC2::InternetGateway"})),
    (
        "no_open_security_groups",
        "network.yaml",
        put("EndpointAccess/Properties/SecurityGroupIngress/0/CidrIp", "0.0.0.0/0"),
    ),
    (
        "clusters_name_their_subnet",
        "product-small.yaml",
        put("EmrCluster/Properties/Instances/Ec2SubnetId", None),
    ),
    ("tls_in_transit", "cluster-roles.yaml", put(f"{ENCRYPTION}/EnableInTransitEncryption", False)),
    ("tls_in_transit", "cluster-roles.yaml", put(f"{ENCRYPTION}/InTransitEncryptionConfiguration", None)),
    ("encrypted_at_rest", "cluster-roles.yaml", put(f"{ENCRYPTION}/EnableAtRestEncryption", False)),
    ("runtime_roles_are_on", "cluster-roles.yaml", put(f"{SECURITY}/AuthorizationConfiguration", None)),
    (
        "clusters_have_a_security_configuration",
        "product-research.yaml",
        put("EmrCluster/Properties/SecurityConfiguration", None),
    ),
    (
        "buckets_are_encrypted_and_private",
        "cluster-roles.yaml",
        put("Logs/Properties/PublicAccessBlockConfiguration", None),
    ),
    (
        "buckets_are_encrypted_and_private",
        "cluster-roles.yaml",
        put("Logs/Properties/BucketEncryption", None),
    ),
    ("keys_rotate", "cluster-roles.yaml", put("Key/Properties/EnableKeyRotation", False)),
    ("secrets_have_a_key", "product-research.yaml", put("MetastoreSecret/Properties/KmsKeyId", None)),
    (
        "clusters_end_when_idle",
        "product-memory.yaml",
        put("EmrCluster/Properties/AutoTerminationPolicy", None),
    ),
    ("clusters_scale", "product-small.yaml", put("EmrCluster/Properties/ManagedScalingPolicy", None)),
    (
        "clusters_have_no_ssh_key",
        "product-small.yaml",
        put("EmrCluster/Properties/Instances/Ec2KeyName", "ops"),
    ),
    ("no_wildcard_actions", "user-policy.yaml", put(f"{STATEMENT}/Action", "servicecatalog:*")),
    ("no_wildcard_actions", "user-policy.yaml", put(f"{STATEMENT}/Action", ["servicecatalog:Search*"])),
    ("no_wildcard_actions_in_roles", "cluster-roles.yaml", put(f"{INLINE}/Action", ["sts:*"])),
    (
        "no_wildcard_resources_on_writes",
        "user-policy.yaml",
        put(f"{STATEMENT}/Action", "servicecatalog:ProvisionProduct"),
    ),
    ("no_wildcard_resources_on_writes_in_roles", "cluster-roles.yaml", put(f"{INLINE}/Resource", "*")),
    ("runtime_roles_have_a_boundary", "runtime-role.yaml", put("Role/Properties/PermissionsBoundary", None)),
    (
        "nobody_is_trusted_blindly",
        "runtime-role.yaml",
        put("Role/Properties/AssumeRolePolicyDocument/Statement/0/Principal", "*"),
    ),
]


@pytest.mark.parametrize(("rule", "name", "edit"), BAD, ids=[f"{bad[0]}-{at}" for at, bad in enumerate(BAD)])
def test_each_rule_finds_what_it_is_for(rule, name, edit):
    template = copy.deepcopy(read(name))
    edit(template)
    assert rule in found(template)


def test_no_rule_is_without_a_bad_template():
    named = {
        line.split()[1] for text in RULES.values() for line in text.splitlines() if line.startswith("rule ")
    }
    assert named == {rule for rule, _, _ in BAD}
