"""The workflows: whom AWS trusts by GitHub's token, and what the steps do that no other test runs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from conftest import SHELL, env_of, steps
from hosts import REPOSITORY
from test_files import DEPLOY, WORKFLOWS, Tags, template

# A token as GitHub documents it, of a job in the environment gray, on main.
# https://docs.github.com/en/actions/reference/security/oidc
CLAIMS = {
    "aud": "sts.amazonaws.com",
    "repo": "fund/notebooks",
    "ref": "refs/heads/main",
    "environment": "gray",
}
IDS = "fund@123456/notebooks@456789"


def token(**other: str) -> dict[str, str]:
    """The claims that AWS sees, the subject made as docs/delivery.md asks GitHub to: of repo, ref, environment. A colon in a
    value is %3A there. A job without an environment has none in it.
    """
    claims = {**CLAIMS, **other}
    keys = [key for key in ("repo", "ref", "environment") if claims[key]]
    subject = ":".join(f"{key}:{claims[key].replace(':', '%3A')}" for key in keys)
    return {"aud": claims["aud"], "sub": other.get("sub", subject)}


def trusts(role: str, repository: str, claims: dict[str, str]) -> bool:
    """IAM's StringEquals: each key there and equal, case and all. Another operator: this test knows it not."""
    policy = template("pipeline.yaml")[role]["Properties"]["AssumeRolePolicyDocument"]
    (statement,) = policy["Statement"]
    ((operator, wanted),) = statement["Condition"].items()
    assert (operator, statement["Effect"]) == ("StringEquals", "Allow")
    values = {"${Repository}": repository, "${Branch}": "main"}
    for key, value in wanted.items():
        text = value["Sub"] if isinstance(value, dict) else value
        for name, given in values.items():
            text = text.replace(name, given)
        assert "${" not in text and set(wanted) == {
            f"token.actions.githubusercontent.com:{claim}" for claim in ("aud", "sub")
        }
        if claims.get(key.rpartition(":")[2]) != text:
            return False
    return True


def test_a_job_of_an_environment_on_the_branch_may_deploy_to_its_group() -> None:
    for environment, role in (("gray", "GrayRole"), ("all", "AllRole")):
        for repository in (CLAIMS["repo"], IDS):
            assert trusts(role, repository, token(repo=repository, environment=environment))
    pattern = yaml.load((DEPLOY / "delivery/pipeline.yaml").read_text(), Tags)["Parameters"]["Repository"]
    for name in (CLAIMS["repo"], IDS):
        assert re.fullmatch(pattern["AllowedPattern"], name)
    for name in ("fund", "fund/*", "*/notebooks", "fund/notebooks:ref", f"repo:{IDS}"):
        assert not re.fullmatch(pattern["AllowedPattern"], name)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"environment": "all"}, id="another environment"),
        pytest.param({"environment": "Gray"}, id="case"),
        pytest.param({"environment": ""}, id="no environment"),
        pytest.param({"ref": "refs/heads/feature"}, id="another branch"),
        pytest.param({"ref": "refs/tags/main"}, id="a tag of the branch's name"),
        pytest.param({"ref": "refs/pull/7/merge"}, id="a pull request"),
        pytest.param(
            {"ref": "refs/heads/main:environment:gray", "environment": ""}, id="a branch like the rest"
        ),
        pytest.param({"repo": "someone/notebooks"}, id="a fork"),
        pytest.param({"repo": "fund/notebooks-2"}, id="another repository"),
        pytest.param({"repo": "fund@1/notebooks@2"}, id="the name, of others"),
        pytest.param({"aud": "https://github.com/fund"}, id="GitHub's own audience"),
        pytest.param({"sub": "repo:fund/notebooks:environment:gray"}, id="GitHub's default subject"),
        pytest.param(
            {"sub": "repo:fund/notebooks:ref:refs/heads/main"}, id="GitHub's default, no environment"
        ),
        pytest.param({"sub": "repo:fund/notebooks:pull_request"}, id="GitHub's default, a pull request"),
    ],
)
def test_nobody_else_may(claims: dict[str, str]) -> None:
    assert trusts("GrayRole", CLAIMS["repo"], token())
    assert not trusts("GrayRole", CLAIMS["repo"], token(**claims))
    # A repository with its numbers in the subject is not one that only has its name.
    assert not trusts(
        "GrayRole", IDS, token(**claims, **({} if "repo" in claims else {"repo": "fund@1/notebooks@2"}))
    )


def test_only_the_jobs_that_deploy_may_ask_for_a_token() -> None:
    asking = {}
    for file in WORKFLOWS:
        for name, job in yaml.safe_load(file.read_text())["jobs"].items():
            if job.get("permissions", {}).get("id-token") == "write":
                asking[f"{file.stem}.{name}"] = job.get("environment")
    assert asking == {
        "deliver.gray": "gray",
        "deliver.promote": "all",
        "deliver.rollback": "${{ inputs.group }}",
        # The attestation's token is for GitHub's own service.
        "release.attest": None,
        "release.pypi": "pypi",
        "release.npm": "npm",
    }


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """What `build` hands on, and programs that say how they were called."""
    folder = tmp_path / "dist"
    folder.mkdir()
    names = ["a-1.0.whl", "a-1.0.tar.gz", "a-1.0.tgz", "a-1.0.cdx.json"]
    for name in names:
        (folder / name).write_text(name)
    sums = [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(sums))
    (tmp_path / "bin").mkdir()
    for name in ("npm", "gh", "node"):
        program = tmp_path / "bin" / name
        program.write_text(f'#!/bin/sh\nprintf \'%s\\n\' {name} "$@" >>"{tmp_path}/calls"\n')
        program.chmod(0o755)
    return folder


def run(folder: Path, workflow: str, job: str, word: str, **values: str) -> subprocess.CompletedProcess:
    """The job's step whose command holds `word`."""
    (step,) = [item for item in steps(workflow, job) if word in item.get("run", "")]
    return subprocess.run(
        [*SHELL, step["run"]],
        cwd=folder / step.get("working-directory", "."),
        env={
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REPOSITORY": "fund/notebooks",
            "RUNNER_TEMP": str(folder),
            **env_of(step, values),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_release_is_published_as_it_was_built(dist: Path) -> None:
    folder = dist.parent
    assert run(folder, "release", "attest", "sha256sum").returncode == 0
    assert run(folder, "release", "attest", "GITHUB_OUTPUT").returncode == 0
    assert (folder / "output").read_text() == "file=dist/a-1.0.cdx.json\n"
    assert run(folder, "release", "pypi", "mkdir").returncode == 0
    assert sorted(os.listdir(folder / "python")) == ["a-1.0.tar.gz", "a-1.0.whl"]
    assert run(folder, "release", "npm", "npm publish").returncode == 0
    assert run(folder, "release", "github", "gh release", TAG="v1.0", GH_TOKEN="t").returncode == 0
    files = [f"dist/{name}" for name in sorted(os.listdir(dist), key=str.lower)]
    calls = (folder / "calls").read_text().splitlines()
    assert calls[:6] == ["npm", "publish", "dist/a-1.0.tgz", "--provenance", "--access", "public"]
    assert calls[6:-5] == [
        *("gh", "release", "create", "v1.0", "--repo", "fund/notebooks", "--verify-tag"),
        *("--title", "v1.0", "--notes", "See CHANGELOG.md."),
    ]
    assert sorted(calls[-5:]) == sorted(files)
    (dist / "a-1.0.whl").write_text("another")
    assert run(folder, "release", "attest", "sha256sum").returncode == 1


@pytest.mark.skipif(not shutil.which("git"), reason="no git")
def test_a_tag_is_checked_as_it_was_pushed_against_mains_signers(dist: Path) -> None:
    """The tag itself: tests/wheel/test_release.py."""
    folder, origin = dist.parent, dist.parent / "origin"

    def git(where: Path, *words: str) -> None:
        named = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
        subprocess.run(["git", "-C", where, *named, *words], check=True, capture_output=True)

    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    (origin / ".github").mkdir()
    (origin / ".github/allowed_signers").write_text("of main\n")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "one")
    git(origin, "tag", "-am", "signed", "v1.0")
    git(folder, "init", "-q", "-b", "other")
    git(folder, "fetch", "-q", "--no-tags", str(origin), "main:refs/remotes/origin/main")
    git(folder, "remote", "add", "origin", str(origin))
    # As actions/checkout leaves it: a tag that is the commit's, not annotated.
    git(folder, "tag", "v1.0", "origin/main")
    assert run(folder, "release", "verify", "git fetch", TAG="v1.0").returncode == 0
    kind = subprocess.run(["git", "-C", folder, "cat-file", "-t", "v1.0"], capture_output=True, check=True)
    assert kind.stdout == b"tag\n"
    assert run(folder, "release", "verify", "git show").returncode == 0
    assert (folder / "allowed_signers").read_text() == "of main\n"
    assert run(folder, "release", "verify", "node", TAG="v1.0").returncode == 0
    called = (folder / "calls").read_text().splitlines()
    assert called == ["node", "scripts/release.mjs", "tag", "v1.0", "--signers", f"{folder}/allowed_signers"]


def test_every_step_is_run_by_a_test_or_told_here() -> None:
    """Steps with a command: those that a test executes, and those that are this repository's own commands."""
    here = [
        "sha256sum",
        "GITHUB_OUTPUT",
        "mkdir python",
        "npm publish",
        "gh release",
        "git fetch",
        "git show",
        "release.mjs",
    ]
    delivery = ["deploy/delivery/"]
    # `npm test` runs the tests; docs, the two builds and the wheels have tests of their own (docs, wheel); the manual for the
    # hosts is the documentation's site.
    own = {
        "npm test",
        "npm ci",
        "npm run docs",
        "npm ci && npm run docs --if-present",
        "npm run release:check -- dist",
        "python -m pip install pytest pytest-timeout",
        "python -m pytest tests/wheel/test_wheel.py",
    }
    scripts = json.loads((REPOSITORY / "package.json").read_text())["scripts"]
    for command in own:
        for name in re.findall(r"npm run (\S+)", command):
            assert name in scripts, name
    alone = {"Take Node out of the way": "nothing to see but a runner without Node"}
    for file in WORKFLOWS:
        for job in yaml.safe_load(file.read_text())["jobs"].values():
            for step in job.get("steps", []):
                command = step.get("run", "").strip()
                known = not command or command in own or step.get("name") in alone
                known = known or any(word in command for word in [*here, *delivery, "-m venv .cache/venv"])
                assert known, f"{file.name}: {command}"
