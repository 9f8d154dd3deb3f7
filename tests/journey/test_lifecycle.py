"""What happens to sessions when things end, in order or not."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from harness import Account, Notebook

ROOT = Path(__file__).resolve().parents[2]


class Livy:
    """A cluster's Livy from outside, as another user with the same role."""

    def __init__(self, aws: Account, cluster: str) -> None:
        emr = aws.client("emr")
        described = emr.describe_cluster(ClusterId=cluster)["Cluster"]
        self.port = int(
            next(
                conf["Properties"]["livy.server.port"]
                for conf in described["Configurations"]
                if conf["Classification"] == "livy-conf"
            )
        )
        self.host = described["MasterPublicDnsName"]
        pair = emr.get_cluster_session_credentials(ClusterId=cluster, ExecutionRoleArn=aws.roles["analyst"])
        basic = pair["Credentials"]["UsernamePassword"]
        self.password = basic["Password"]
        token = base64.b64encode(f"{basic['Username']}:{basic['Password']}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}"}
        self.context = ssl.create_default_context(cafile=aws.answer["ca"])

    def sessions(self) -> list[dict]:
        request = urllib.request.Request(f"https://{self.host}:{self.port}/sessions", headers=self.headers)
        with urllib.request.urlopen(request, context=self.context, timeout=20) as response:
            return json.load(response)["sessions"]

    def wait_gone(self, session: int, seconds: float) -> float:
        started = time.monotonic()
        while any(
            one["id"] == session and one["state"] not in ("dead", "killed", "success")
            for one in self.sessions()
        ):
            assert time.monotonic() - started < seconds, f"session {session} is still there"
            time.sleep(0.3)
        return time.monotonic() - started


@pytest.fixture(scope="module")
def livy(aws: Account, cluster: str) -> Livy:
    return Livy(aws, cluster)


def bind(book: Notebook, aws: Account, cluster: str) -> None:
    book.ok(f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}")


def own_session(livy: Livy, before: list[dict]) -> int:
    known = {one["id"] for one in before}
    (session,) = (one["id"] for one in livy.sessions() if one["id"] not in known)
    return session


def test_kernel_shutdown_deletes_the_session(notebook, aws: Account, cluster: str, livy: Livy) -> None:
    before = livy.sessions()
    book = notebook(env={"JPY_SESSION_NAME": "/home/ana/trials/prices.ipynb"})
    bind(book, aws, cluster)
    session = own_session(livy, before)
    name = next(one["name"] for one in livy.sessions() if one["id"] == session)
    assert "prices" in name, name
    book.close()
    livy.wait_gone(session, 10)


def test_crashed_kernel_loses_its_session_by_heartbeat(
    notebook, aws: Account, cluster: str, livy: Livy, tmp_path
) -> None:
    site = json.loads(Path(aws.answer["env"]["JUPYTERLAB_EMR_CONFIG"]).read_text())
    site["heartbeatTimeoutSeconds"] = 4
    config = tmp_path / "site.json"
    config.write_text(json.dumps(site))
    before = livy.sessions()
    book = notebook(env={"JUPYTERLAB_EMR_CONFIG": str(config)})
    bind(book, aws, cluster)
    session = own_session(livy, before)
    time.sleep(8)  # twice the limit: the living kernel keeps its session
    assert "2" in book.ok("1 + 1").text
    os.kill(book.pid, signal.SIGKILL)
    livy.wait_gone(session, 40)


def test_disconnect_ends_it_and_cells_say_so(notebook, aws: Account, cluster: str, livy: Livy) -> None:
    before = livy.sessions()
    book = notebook()
    bind(book, aws, cluster)
    session = own_session(livy, before)
    book.ok("%emr disconnect")
    livy.wait_gone(session, 10)
    assert "%emr connect" in book.run("1 + 1").error


def test_cleanup_and_delete(notebook, aws: Account, cluster: str, livy: Livy) -> None:
    before = livy.sessions()
    book = notebook()
    bind(book, aws, cluster)
    session = own_session(livy, before)
    assert "-f" in book.run(f"%%delete -s {session}").error
    assert "-f" in book.run("%%cleanup").error
    book.ok("%%cleanup -f")
    livy.wait_gone(session, 10)


def test_interrupted_start_leaves_no_session(notebook, aws: Account, cluster: str, livy: Livy) -> None:
    before = {one["id"] for one in livy.sessions()}
    book = notebook()
    result = book.run(
        f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}",
        when=lambda so_far: re.search("(?i)starting", so_far.text) is not None,
        then=book.interrupt,
    )
    assert re.search("(?i)interrupt|cancel", result.error)
    deadline = time.monotonic() + 15
    while {one["id"] for one in livy.sessions()} - before:
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_killed_driver_is_said(notebook, aws: Account, cluster: str, livy: Livy) -> None:
    before = livy.sessions()
    book = notebook()
    bind(book, aws, cluster)
    session = own_session(livy, before)
    aws.control("POST", "kill-driver", {"clusterId": cluster, "sessionId": session})
    error = book.run("1 + 1").error
    assert re.search("(?i)dead|killed|lost|ended", error), error
    assert "%emr connect" in error


def test_cluster_that_goes_away_is_said(notebook, aws: Account) -> None:
    short = aws.provision(aws.answer["products"][0]["productId"], "short-lived")
    book = notebook()
    bind(book, aws, short)
    aws.client("emr").terminate_job_flows(JobFlowIds=[short])
    aws.wait_for_state(short, "TERMINATED")
    error = book.run("1 + 1").error
    assert re.search("(?i)terminat", error), error


def test_no_credential_anywhere(notebook, aws: Account, cluster: str, livy: Livy) -> None:
    """Outputs, replies and the command lines of all processes hold no password and no secret key."""
    book = notebook()
    bind(book, aws, cluster)
    book.ok("%%info")
    book.ok("%emr status")
    book.run("1/0")
    seen = "\n".join(book.seen)
    secrets = [livy.password, aws.answer["env"]["AWS_SECRET_ACCESS_KEY"]]
    for command in Path("/proc").glob("[0-9]*/cmdline") if sys.platform == "linux" else []:
        try:
            seen += command.read_text(errors="replace")
        except OSError:
            continue
    for secret in secrets:
        assert secret not in seen
    assert '"Password"' not in seen


def test_headless_demo_runs_the_whole_journey() -> None:
    """`npm run demo -- --headless`, by its own launcher: exit code 0, and nothing is left running."""
    marker = f"EMR_TEST_RUN_{os.getpid()}"
    result = subprocess.run(
        [sys.executable, "-m", "jupyterlab_emr.launch", "cli", "demo", "--headless", "--speed", "60"],
        cwd=ROOT,
        env={**os.environ, marker: "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=280,
    )
    assert result.returncode == 0, result.stdout
    assert "The journey is done" in result.stdout
    assert not running_with(marker), result.stdout


def running_with(marker: str) -> list[str]:
    """Command lines of processes whose environment holds the marker (they descend from the demo)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found
