"""CodeDeploy on one machine, as far as `appspec.yml` and the deliver scripts need it.

Agent: the lifecycle of one deployment on one host: ApplicationStop (from the last good revision), DownloadBundle,
BeforeInstall, Install (files, permissions), AfterInstall, ApplicationStart, ValidateService; each hook with its time-out and
the agent's variables. Service: deployments of a group, one host after the other, automatic rollback, and `aws deploy …`.
A host is a folder; the GitHub revision is a commit of a local repository. Behaviour as in the service's user guide.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import jmespath
import yaml

EVENTS = [
    "ApplicationStop",
    "DownloadBundle",
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "ApplicationStart",
    "ValidateService",
]


class Failed(Exception):
    """A lifecycle event that failed: CodeDeploy's error code and the last lines of the script."""


class Agent:
    """One host's agent. `host`: folder with `root` (the host's file system) and `host.json` (its environment)."""

    def __init__(self, host: Path, group: str) -> None:
        self.host, self.group = host, group
        self.root = host / "root"
        self.home = self.root / "opt" / "codedeploy-agent" / "deployment-root" / group
        self.env = json.loads((host / "host.json").read_text())

    def run(self, deployment: str, repository: Path, commit: str) -> None:
        archive = self.home / deployment / "deployment-archive"
        good = self.home / "last-successful"
        last = Path(good.read_text()) if good.exists() else None
        for event in EVENTS:
            if event == "DownloadBundle":
                archive.mkdir(parents=True, exist_ok=True)
                tar = subprocess.run(
                    ["git", "-C", repository, "archive", commit], check=True, stdout=subprocess.PIPE
                )
                subprocess.run(["tar", "-x", "-C", archive], input=tar.stdout, check=True)
            elif event == "Install":
                self.install(archive)
            elif event != "ApplicationStop" or last:
                self.hooks(event, last if event == "ApplicationStop" else archive, deployment, commit)
            self.log(f"{deployment} {event} Succeeded")
        good.write_text(str(archive))
        self.log(f"{deployment} Succeeded")

    def hooks(self, event: str, archive: Path, deployment: str, commit: str) -> None:
        spec = yaml.safe_load((archive / "appspec.yml").read_text())
        # A test may want each of them run twice.
        for hook in (spec.get("hooks") or {}).get(event, []) * (2 if (self.host / "twice").exists() else 1):
            script = archive / hook["location"]
            if not script.is_file():
                raise Failed(f"{event}: ScriptMissing: {hook['location']}")
            script.chmod(0o755)
            env = {
                **self.env,
                "LIFECYCLE_EVENT": event,
                "DEPLOYMENT_ID": deployment,
                "APPLICATION_NAME": "jupyterlab-emr",
                "DEPLOYMENT_GROUP_NAME": self.group,
                "DEPLOYMENT_GROUP_ID": f"id-of-{self.group}",
                "BUNDLE_COMMIT": commit,
            }
            said = self.host / "script.log"
            with said.open("wb") as output:
                try:
                    code = subprocess.run(
                        [script],
                        check=False,
                        env=env,
                        cwd="/",
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        timeout=hook.get("timeout", 3600),
                    ).returncode
                except subprocess.TimeoutExpired as error:
                    raise Failed(f"{event}: ScriptTimedOut: {hook['location']}") from error
            text = said.read_text()
            self.log("\n".join(f"  {line}" for line in text.splitlines()))
            if code:
                self.log(f"{deployment} {event} Failed")
                raise Failed(f"{event}: ScriptFailed: {hook['location']} ended with {code}: {text[-2000:]}")

    def install(self, archive: Path) -> None:
        spec = yaml.safe_load((archive / "appspec.yml").read_text())
        listed = self.home / "cleanup"
        for name in listed.read_text().splitlines() if listed.exists() else []:
            Path(name).unlink(missing_ok=True)
        placed: list[Path] = []
        for item in spec.get("files", []):
            source = archive / item["source"].lstrip("/")
            to = self.root / item["destination"].lstrip("/")
            files = [path for path in source.rglob("*") if path.is_file()] if source.is_dir() else [source]
            for file in files:
                target = to / (file.relative_to(source) if source.is_dir() else file.name)
                if target.exists() and spec.get("file_exists_behavior", "DISALLOW") == "DISALLOW":
                    raise Failed(f"Install: UnknownError: The specified file already exists: {target}")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
                placed.append(target)
        listed.write_text("\n".join(map(str, placed)))
        for rule in spec.get("permissions", []):
            for path in (self.root / rule["object"].lstrip("/")).iterdir():
                if path.is_file() and fnmatch.fnmatch(path.name, rule.get("pattern", "**")):
                    path.chmod(int(rule["mode"], 8))

    def log(self, line: str) -> None:
        with (self.host / "agent.log").open("a") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {line}\n")


class Service:
    """The deployments of an account. `folder` holds account.json: {repository, groups: {name: [host folders]}}."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        account = json.loads((folder / "account.json").read_text())
        self.repository, self.groups = Path(account["repository"]), account["groups"]
        self.records = folder / "deployments"
        self.records.mkdir(exist_ok=True)

    def save(self, record: dict) -> None:
        file = self.records / f"{record['deploymentId']}.json"
        file.with_suffix(".new").write_text(json.dumps(record))
        file.with_suffix(".new").rename(file)

    def load(self, deployment: str) -> dict:
        return json.loads((self.records / f"{deployment}.json").read_text())

    def of(self, group: str) -> list[dict]:
        """Newest first."""
        found = [json.loads(file.read_text()) for file in self.records.glob("*.json")]
        found.sort(key=lambda record: record["createTime"], reverse=True)
        return [record for record in found if record["deploymentGroupName"] == group]

    def last_good(self, group: str) -> dict | None:
        return next((record for record in self.of(group) if record["status"] == "Succeeded"), None)

    def create(self, group: str, revision: dict, creator: str = "user") -> dict:
        record = {
            "deploymentId": f"d-{len(list(self.records.glob('*.json'))):09d}",
            "deploymentGroupName": group,
            "revision": revision,
            "creator": creator,
            "createTime": time.time(),
            "status": "InProgress",
        }
        self.save(record)
        return record

    def carry_out(self, record: dict) -> None:
        group, commit = record["deploymentGroupName"], record["revision"]["gitHubLocation"]["commitId"]
        before = self.last_good(group)
        try:
            for host in self.groups[group]:
                Agent(Path(host), group).run(record["deploymentId"], self.repository, commit)
        except Failed as error:
            record["errorInformation"] = {"code": "HEALTH_CONSTRAINTS", "message": str(error)}
            back = None
            if before and record["creator"] == "user":
                back = self.create(group, before["revision"], "codeDeployRollback")
                record["rollbackInfo"] = {"rollbackDeploymentId": back["deploymentId"]}
            self.save({**record, "status": "Failed"})
            if back:
                self.carry_out(back)
            return
        self.save({**record, "status": "Succeeded"})


def aws(words: list[str]) -> int:
    """`aws deploy …`, the calls that deploy/delivery/deliver.sh makes."""
    service = Service(Path(os.environ["EMR_TEST_ACCOUNT"]))
    if words[0] != "deploy":
        raise SystemExit(f"aws {words[0]} is not there")
    with (service.folder / "calls").open("a") as calls:
        calls.write(json.dumps(words) + "\n")
    verb = words[1]
    what = words[2] if verb == "wait" else ""
    given: dict[str, list[str]] = {}
    for word in words[2:]:
        if word.startswith("--"):
            values = given.setdefault(word[2:], [])
        elif word != what:
            values.append(word)
    one = {key: " ".join(value) for key, value in given.items()}
    group = one.get("deployment-group-name", "")
    if group and group not in service.groups:
        print(f"DeploymentGroupDoesNotExistException: {group}", file=sys.stderr)
        return 254
    if verb == "create-deployment":
        if any(record["status"] == "InProgress" for record in service.of(group)):
            print("DeploymentLimitExceededException: the group has an active deployment", file=sys.stderr)
            return 254
        location = dict(part.split("=") for part in one["github-location"].split(","))
        record = service.create(group, {"revisionType": "GitHub", "gitHubLocation": location})
        subprocess.Popen(
            [sys.executable, __file__, "carry-out", str(service.folder), record["deploymentId"]],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(service.folder / "service.log").open("a"),
        )
        answer: dict = {"deploymentId": record["deploymentId"]}
    elif verb == "wait":
        while (record := service.load(one["deployment-id"]))["status"] == "InProgress":
            time.sleep(0.1)
        if record["status"] != "Succeeded":
            print("Waiter DeploymentSuccessful failed: terminal failure state", file=sys.stderr)
            return 255
        return 0
    elif verb == "batch-get-deployments":
        # In no order: CodeDeploy promises none.
        found = [service.load(deployment) for deployment in sorted(given["deployment-ids"])]
        answer = {"deploymentsInfo": found}
    elif verb == "get-deployment":
        answer = {"deploymentInfo": service.load(one["deployment-id"])}
    elif verb == "get-deployment-group":
        last = service.last_good(group)
        answer = {"deploymentGroupInfo": {"lastSuccessfulDeployment": last} if last else {}}
    elif verb == "list-deployments":
        states = given["include-only-statuses"]
        answer = {"deployments": [r["deploymentId"] for r in service.of(group) if r["status"] in states]}
    else:
        raise SystemExit(f"aws deploy {verb} is not there")
    found = jmespath.search(one.get("query", "@"), answer)
    items = found if isinstance(found, list) else [found]
    for row in items if items and isinstance(items[0], list) else [items]:
        print("\t".join("None" if item is None else str(item) for item in row))
    return 0


def main(words: list[str]) -> int:
    if words[0] == "aws":
        return aws(words[1:])
    if words[0] == "carry-out":
        service = Service(Path(words[1]))
        service.carry_out(service.load(words[2]))
        return 0
    if words[0] == "agent":
        host, group, deployment, repository, commit = words[1:]
        try:
            Agent(Path(host), group).run(deployment, Path(repository), commit)
        except Failed as error:
            print(error, file=sys.stderr)
            return 1
        return 0
    raise SystemExit(
        "usage: codedeploy.py aws … | carry-out ACCOUNT DEPLOYMENT | agent HOST GROUP DEPLOYMENT REPO COMMIT"
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
