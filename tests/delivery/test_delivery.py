"""Releases come and go under load: the workflow's own steps, the hooks, a real nginx, a real JupyterLab on each host.

One story, told in order: each test goes on from where the one before it ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import awscli
import codedeploy
import pytest
from conftest import World
from hosts import context, get, kill_group, wait_for
from load import Load, Notebook, Page, User, health

COMMITS: dict[str, tuple[str, str]] = {}


def users(world: World, count: int = 2) -> dict[str, list[User]]:
    """Some on each side, through the front; every other one keeps the connection."""
    return {
        host.folder.name: [
            User(world.front.port, context(world.tls), {"emr_group": host.folder.name}, host.token, keeps)
            for keeps in [host is world.gray, host is not world.gray][:count]
        ]
        for host in (world.gray, world.stable)
    }


def release_of(world: World, group: str) -> str:
    """Which release somebody new in the group gets."""
    answer = get(world.front.port, world.tls, "/version", {"emr_group": group})
    version = json.loads(answer.body)
    assert version["track"] == group and version["release"] == answer.headers["x-jupyterlab-emr-version"]
    return version["release"]


def test_the_first_release_reaches_everybody(world: World) -> None:
    commit, release = COMMITS["r1"] = world.revision("r1")
    # The versions that the build resolved come along, without our own.
    assert world.run("git", "show", f"{commit}:constraints.txt") == "A==1\nb==2"
    done = world.step("promote", "deliver", COMMIT=commit)
    assert done.returncode == 0, done.stdout + done.stderr + world.gray.log()
    assert release_of(world, "gray") == release_of(world, "stable") == release
    assert get(world.front.port, world.tls, "/manual/").body == "<h1>Manual of r1</h1>"
    # Without the token nobody gets in.
    assert get(world.front.port, world.tls, "/api/kernels").status == 403


def test_a_release_reaches_the_gray_group_and_its_notebooks_go_on(world: World) -> None:
    first = COMMITS["r1"][1]
    commit, release = COMMITS["r2"] = world.revision("r2")
    with Load(users(world)) as load:
        page = Page(world.front, world.gray)
        with Notebook(page) as notebook:
            assert notebook.release == first
            # Each hook twice, as after a kill that came at its end.
            (world.gray.folder / "twice").touch()
            done = world.step("gray", "deliver", COMMIT=commit)
            (world.gray.folder / "twice").unlink()
            assert done.returncode == 0, done.stdout + done.stderr + world.gray.log()
            assert release_of(world, "gray") == release and release_of(world, "stable") == first
        # A notebook that was open keeps its kernel, over the socket that it has and for each new request.
        kernel = notebook.kernel
        assert (notebook.failures, notebook.closed) == ([], 0)
        assert kernel.info()["status"] == "ok" and page.release() == first
        assert json.loads(page.ask("GET", f"/api/kernels/{kernel.id}"))["id"] == kernel.id
        assert "is still used" in world.gray.hook("drain.sh").stdout and len(world.gray.slots()) == 2
        # What is no answer does not mean that nobody is there.
        token = world.gray.root / "etc/jupyterlab-emr/token"
        known = token.read_text()
        token.write_text("another")
        assert "no answer" in world.gray.hook("drain.sh").stdout and len(world.gray.slots()) == 2
        token.write_text(known)
        notebook.end()
        wait_for("the release before ends", lambda: "has ended" in world.gray.hook("drain.sh").stdout)
        assert page.release() == release and len(world.gray.slots()) == 1
        wait_for("everybody is on the new one", lambda: load.ways("gray") == {(first, release)})
    assert load.failures == [] and load.count > 50 and load.ways("stable") == {(first,)}


def test_the_scheduled_run_promotes_what_the_gray_group_has(world: World) -> None:
    """With another share of users, so that the front's nginx is reloaded too: connections to it are kept, and a notebook's
    socket is open.
    """
    slots = world.gray.slots()
    with (world.front.root / "etc/jupyterlab-emr/host.env").open("a") as file:
        file.write("GRAY_PERCENT=1\n")
    with Load(users(world)) as load, Notebook(Page(world.front, world.stable)) as notebook:
        done = world.step("promote", "deliver", COMMIT="")
        assert done.returncode == 0, done.stdout + done.stderr + world.stable.log()
        keeping = [user for group in load.users.values() for user in group if user.keeps]
        assert len(keeping) == 2
        wait_for(
            "the front's new worker has everybody", lambda: all(user.connections > 1 for user in keeping)
        )
        asked = notebook.answers
        wait_for("the kernel answers", lambda: notebook.failures or notebook.answers > asked + 1)
    notebook.end()
    assert load.failures == [] and all(user.connections == 2 for user in keeping)
    assert (notebook.failures, notebook.closed) == ([], 0)
    release = COMMITS["r2"][1]
    assert release_of(world, "stable") == release_of(world, "gray") == release
    # The gray host had it: nothing was started there.
    assert world.gray.slots() == slots
    again = world.step("promote", "deliver", COMMIT="")
    assert again.returncode == 0 and "already" in again.stdout


@pytest.mark.parametrize(
    ("event", "at"),
    [
        ("ApplicationStop", "systemctl is-active --quiet jupyterlab-emr@"),
        ("BeforeInstall", "mkdir /incoming"),
        ("AfterInstall", "pip --python"),
        ("ApplicationStart", "systemctl restart jupyterlab-emr@"),
        ("ValidateService", "systemctl reload nginx.service"),
    ],
)
def test_a_deployment_that_is_killed_does_no_harm(world: World, event: str, at: str) -> None:
    if "r4" not in COMMITS:
        COMMITS["r4"] = world.revision("r4")
    run = world.gray.root / "run"
    (run / "pause-on").write_text(at)
    with Load(users(world, 1)) as load:
        agent = subprocess.Popen(
            [
                *(sys.executable, Path(codedeploy.__file__), "agent", world.gray.folder, "gray"),
                *(f"d-killed-{event}", world.folder / "github.git", COMMITS["r4"][0]),
            ],
            start_new_session=True,
        )
        wait_for(f"the hook is at {at}", lambda: (run / "paused").exists() or agent.poll() is not None)
        assert agent.poll() is None, world.gray.log()
        kill_group(agent)
        assert (run / "paused").read_text().strip() == event
        (run / "paused").unlink()
    assert load.failures == [] and load.ways("gray") == {(COMMITS["r2"][1],)}


def test_the_next_run_resumes(world: World) -> None:
    commit, release = COMMITS["r4"]
    service = codedeploy.Service(world.folder / "account")

    def begun() -> list[str]:
        records = service.of("gray")
        return [r["deploymentId"] for r in records if r["revision"]["gitHubLocation"]["commitId"] == commit]

    with Load(users(world)) as load:
        killed = world.start("gray", "deliver", COMMIT=commit)
        # The host's agent has taken it up: from here on the deployment is the service's.
        wait_for("the deployment", lambda: any(f"{id} ApplicationStop" in world.gray.log() for id in begun()))
        kill_group(killed)
        done = world.step("gray", "deliver", COMMIT=commit)
    assert done.returncode == 0, done.stdout + done.stderr + world.gray.log()
    # What the killed run of the workflow had begun was waited for, and not begun again.
    assert len(begun()) == 1 and "is under way" in done.stdout
    assert load.failures == [] and release_of(world, "gray") == release


def test_hooks_that_run_twice_do_no_harm(world: World) -> None:
    slots, conf = world.gray.slots(), world.gray.root / "etc/nginx/conf.d/jupyterlab-emr-slots.conf"
    before = conf.read_text()
    codedeploy.Agent(world.gray.folder, "gray").run("d-again", world.folder / "github.git", COMMITS["r4"][0])
    assert world.gray.slots() == slots and conf.read_text() == before


def test_one_run_rolls_back(world: World) -> None:
    with Load(users(world)) as load:
        done = world.step("rollback", "deliver", GROUP="gray", COMMIT="")
    assert done.returncode == 0, done.stdout + done.stderr + world.gray.log()
    assert load.failures == [] and release_of(world, "gray") == COMMITS["r2"][1]


def test_a_release_whose_kernel_does_not_start_is_rolled_back(world: World) -> None:
    commit, _ = world.revision("r3", world.broken())
    live = (world.gray.root / "opt/jupyterlab-emr/live").readlink().name
    slots = world.gray.slots()
    # Some are still on the release that the run before took back; its slot is needed now.
    load = Load(users(world))
    for user in load.users["gray"]:
        user.cookies["emr_release"] = COMMITS["r4"][1]
    page = Page(world.front, world.gray)
    page.user.cookies["emr_release"] = COMMITS["r4"][1]
    left = Notebook(page)
    assert left.release == COMMITS["r4"][1]
    with load, Notebook(Page(world.front, world.gray)) as notebook:
        done = world.step("gray", "deliver", COMMIT=commit)
        wait_for(
            "everybody is on the live one",
            lambda: all(went[-1] == COMMITS["r2"][1] for went in load.went["gray"]),
        )
    assert done.returncode == 1 and "the kernel died" in done.stderr, done.stdout + done.stderr
    assert f"rolled back to {COMMITS['r2'][0]}" in done.stderr
    assert load.failures == [] and load.ways("gray") == {(COMMITS["r4"][1], COMMITS["r2"][1])}
    assert release_of(world, "gray") == COMMITS["r2"][1]
    # What was live went on serving: the same process, alone.
    assert world.gray.slots() == {live: slots[live]} and len(slots) == 2
    assert (notebook.failures, notebook.closed, notebook.release) == ([], 0, COMMITS["r2"][1])
    notebook.end()
    # Who was on the slot that was needed: the kernel is gone, its page is told so, and a new one starts.
    with pytest.raises(health.Sick, match="the kernel"):
        left.kernel.info()
    with pytest.raises(health.Sick, match="the kernel died"):
        left.kernel.must_live()
    with Notebook(page) as again:
        assert (again.release, again.failures) == (COMMITS["r2"][1], [])
    again.end()


def test_who_is_in_the_gray_group(world: World) -> None:
    """By the list of users, by a share of all, by one's own choice; kept in the cookie."""
    front = world.front.root / "etc/jupyterlab-emr"
    (front / "users").write_text("ada:{PLAIN}one\nbob:{PLAIN}two\n")
    (front / "front-auth.conf").write_text(f'auth_basic "JupyterLab";\nauth_basic_user_file {front}/users;\n')
    listed = world.front.root / "opt/jupyterlab-emr/incoming/deploy/host/gray-users.txt"
    listed.write_text("# who\nada\n")
    agent = codedeploy.Agent(world.front.folder, "all")
    archive = Path((agent.home / "last-successful").read_text())
    port = world.front.port

    def side(login: str, cookies: dict[str, str] | None = None) -> str:
        answer = get(port, world.tls, "/version", cookies, login=login)
        group = json.loads(answer.body)["track"]
        assert cookies or answer.cookies["emr_group"] == group
        return group

    agent.hooks("ValidateService", archive, "d-front", "-")
    # nginx turns to a new configuration in its own time.
    wait_for("a login is asked for", lambda: get(port, world.tls, "/version").status == 401)
    wait_for("the list is in force", lambda: side("ada:one") == "gray")
    assert side("bob:two") == "stable"
    assert side("ada:one", {"emr_group": "stable"}) == "stable"
    assert side("bob:two", {"emr_group": "gray"}) == "gray"
    chosen = get(port, world.tls, "/version/gray", login="bob:two")
    assert chosen.status == 302 and chosen.cookies["emr_group"] == "gray"
    with (front / "host.env").open("a") as file:
        file.write("GRAY_PERCENT=100\n")
    agent.hooks("ValidateService", archive, "d-front", "-")
    wait_for("the share is in force", lambda: side("bob:two") == "gray")


def test_a_configuration_that_nginx_refuses_is_taken_back(world: World) -> None:
    before = (world.front.root / "etc/nginx/conf.d/jupyterlab-emr.conf").read_text()
    source = world.front.root / "opt/jupyterlab-emr/incoming/deploy/host/nginx/front.conf"
    source.write_text("server { listen nowhere")
    agent = codedeploy.Agent(world.front.folder, "all")
    archive = Path((agent.home / "last-successful").read_text())
    with pytest.raises(codedeploy.Failed, match="nginx refuses the configuration"):
        agent.hooks("ValidateService", archive, "d-front", "-")
    assert (world.front.root / "etc/nginx/conf.d/jupyterlab-emr.conf").read_text() == before
    assert get(world.front.port, world.tls, "/version", login="ada:one").status == 200


def test_the_steps_called_the_aws_cli_as_it_is(world: World) -> None:
    """Operations, options and what is read of the answers, by AWS's own description of CodeDeploy."""
    calls = [json.loads(line) for line in (world.folder / "account" / "calls").read_text().splitlines()]
    seen = {awscli.check(call) for call in map(tuple, calls)}
    assert {"CreateDeployment", "BatchGetDeployments", "GetDeploymentGroup", "DeploymentSuccessful"} <= seen
    for wrong in (
        ["deploy", "create-deployments"],
        ["deploy", "create-deployment", "--deployment-group-name", "gray"],
        ["deploy", "get-deployment", "--deployment-id", "d", "--revision", "r"],
        ["deploy", "get-deployment", "--deployment-id", "d", "--query", "deploymentInfo.statuses"],
        ["deploy", "create-deployment", "--application-name", "a", "--github-location", "repo=a,commitId=b"],
    ):
        with pytest.raises(awscli.NotTheCli):
            awscli.check(tuple(wrong))
