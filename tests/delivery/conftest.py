"""The whole of it on one machine: two hosts and a front as folders, CodeDeploy's agent and service, a local "GitHub"."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nginx
import pytest
import yaml
from hosts import REPOSITORY, Host, broken, certificates, program

GIT = {
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@localhost",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@localhost",
    "GIT_CONFIG_GLOBAL": os.devnull,
}
# As the runner calls it where a step names no shell, or bash.
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]


def steps(workflow: str, job: str) -> list[dict]:
    text = (REPOSITORY / ".github" / "workflows" / f"{workflow}.yml").read_text()
    return yaml.safe_load(text)["jobs"][job]["steps"]


def env_of(step: dict, values: dict[str, str]) -> dict[str, str]:
    """The step's `env`, with `values` for what GitHub's expressions stand for."""
    env = {key: str(value) for key, value in step.get("env", {}).items()}
    asked = {key for key, value in env.items() if "${{" in value}
    assert asked == set(values), f"{step.get('run')} wants {asked}"
    return {**env, **values}


# The runner's `python`: what pip would resolve is given, not asked of an index.
PYTHON = """#!/bin/sh
[ "$2" = pip ] || exec '{python}' "$@"
for word; do case $word in *report.json) cp '{report}' "$word";; esac; done
"""
RESOLVED = [
    {"name": "jupyterlab-emr", "version": "0"},
    {"name": "b", "version": "2"},
    {"name": "A", "version": "1"},
]


@dataclass
class World:
    folder: Path
    gray: Host
    stable: Host
    front: Host
    wheel: Path
    tls: Path

    @property
    def env(self) -> dict[str, str]:
        return {
            **GIT,
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "USER": "test",
            "EMR_TEST_ACCOUNT": str(self.folder / "account"),
            "EMR_TEST_PID": str(os.getpid()),
            "APPLICATION": "jupyterlab-emr",
            "REPOSITORY": "fund/jupyterlab-emr",
            "RUNNER_TEMP": str(self.folder),
        }

    def start(self, job: str, step: str, **values: str) -> subprocess.Popen:
        """A step of deliver.yml as the runner does it; `values` are what GitHub's expressions would give its `env`."""
        found = next(item for item in steps("deliver", job) if item.get("id") == step)
        return subprocess.Popen(
            [*SHELL, found["run"]],
            env={**self.env, "GITHUB_OUTPUT": str(self.folder / "output"), **env_of(found, values)},
            cwd=self.folder / "checkout",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def step(self, job: str, step: str, **values: str) -> subprocess.CompletedProcess:
        """The same to its end."""
        process = self.start(job, step, **values)
        said, wrong = process.communicate(timeout=280)
        return subprocess.CompletedProcess(process.args, process.returncode, said, wrong)

    def run(self, *words: str) -> str:
        """A command in the checkout; what it prints."""
        done = subprocess.run(
            words, check=True, cwd=self.folder / "checkout", env=self.env, stdout=subprocess.PIPE, text=True
        )
        return done.stdout.strip()

    def revision(self, name: str, wheel: Path | None = None) -> tuple[str, str]:
        """A commit on main, built: the revision's commit and the release's id."""
        checkout = self.folder / "checkout"
        for folder in ("dist", "site"):
            shutil.rmtree(checkout / folder, ignore_errors=True)
            (checkout / folder).mkdir()
        shutil.copy(wheel or self.wheel, checkout / "dist")
        (checkout / "site" / "index.html").write_text(f"<h1>Manual of {name}</h1>")
        (checkout / "change").write_text(name)
        self.run("git", "add", "change")
        self.run("git", "commit", "-qm", name)
        head = self.run("git", "rev-parse", "HEAD")
        output = self.folder / "output"
        output.unlink(missing_ok=True)
        done = self.step("revision", "revision")
        assert done.returncode == 0, done.stdout + done.stderr
        commit = output.read_text().removeprefix("commit=").strip()
        assert re.fullmatch("[0-9a-f]{40}", commit), commit
        version = self.wheel.name.split("-")[1]
        return commit, f"{version}+g{head[:12]}"

    def broken(self) -> Path:
        folder = self.folder / "broken"
        folder.mkdir(exist_ok=True)
        return broken(self.wheel, folder)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, account: dict) -> Iterator[World]:
    if sys.platform != "linux":
        pytest.skip("the hosts are Linux: flock, mv -T")
    found = nginx.find()
    if not found:
        pytest.skip("no nginx: none on PATH, and apt-get has none to give (name one in NGINX)")
    wheels = sorted((REPOSITORY / "dist").glob("*.whl"))
    assert wheels, "no wheel in dist: run `npm run setup`"
    folder = tmp_path_factory.mktemp("delivery")
    tls = folder / "tls"
    certificates(tls)
    # For the sockets of load.py.
    os.environ["WEBSOCKET_CLIENT_CA_BUNDLE"] = str(tls / "ca.pem")
    # The hosts' image has JupyterLab already: a release brings our wheel only.
    base = {"BASE_SITE": sysconfig.get_path("purelib")}
    lab = {"JUPYTERLAB_DIR": str(Path(sys.prefix) / "share/jupyter/lab"), **account["env"]}
    gray = Host(folder / "gray", tls, found, {"TRACK": "gray", **base}, lab)
    stable = Host(folder / "stable", tls, found, {"TRACK": "stable", **base}, dict(lab))
    upstreams = {
        "ROLE": "front",
        "TRACK": "front",
        "FRONT_GRAY": f"127.0.0.1:{gray.port}",
        "FRONT_STABLE": f"127.0.0.1:{stable.port}",
    }
    front = Host(folder / "front", tls, found, upstreams)
    hosts = [gray, stable, front]
    for host in hosts:
        host.folder.mkdir()
        host.set_up()
    world = World(folder, gray, stable, front, wheels[-1], tls)
    github, checkout = folder / "github.git", folder / "checkout"
    (folder / "bin").mkdir()
    program(folder / "bin" / "aws", sys.executable, str(Path(__file__).parent / "codedeploy.py"), "aws")
    report = folder / "resolved.json"
    report.write_text(json.dumps({"install": [{"metadata": item} for item in RESOLVED]}))
    (folder / "bin" / "python").write_text(PYTHON.format(python=sys.executable, report=report))
    (folder / "bin" / "python").chmod(0o755)
    checkout.mkdir()
    world.run("git", "init", "-q", "--bare", str(github))
    world.run("git", "init", "-q", "-b", "main", ".")
    world.run("git", "remote", "add", "origin", str(github))
    shutil.copytree(REPOSITORY / "deploy", checkout / "deploy")
    shutil.copy(REPOSITORY / "appspec.yml", checkout)
    world.run("git", "add", "-A")
    world.run("git", "commit", "-qm", "delivery")
    (folder / "account").mkdir()
    groups = {"gray": [str(gray.folder)], "all": [str(host.folder) for host in hosts]}
    (folder / "account" / "account.json").write_text(
        json.dumps({"repository": str(github), "groups": groups})
    )
    try:
        yield world
    finally:
        del os.environ["WEBSOCKET_CLIENT_CA_BUNDLE"]
        for process in [process for host in hosts for process in host.tear_down()]:
            process.wait(60)
