"""`jupyter emr install --as`: sparkmagic's notebooks, with sparkmagic's own configuration, untouched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "livy"))

from livy.conftest import serve
from nbclient import NotebookClient
from shown import text_of

EMR = Path(sys.executable).with_name("jupyter-emr")


@pytest.fixture
def emr(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    """`jupyter emr …` of a user with an empty home."""

    def run(*arguments: str) -> subprocess.CompletedProcess:
        env = {**os.environ, "HOME": str(tmp_path), "JUPYTER_PATH": str(tmp_path / "p" / "share" / "jupyter")}
        env.pop("JUPYTER_DATA_DIR", None)
        env.pop("XDG_DATA_HOME", None)
        return subprocess.run(
            [str(EMR), *arguments], check=False, env=env, capture_output=True, text=True, timeout=60
        )

    return run


def test_a_sparkmagic_notebook_runs_unchanged(emr, write, tmp_path: Path, monkeypatch) -> None:
    prefix = tmp_path / "p"
    made = emr("install", "--as", "pysparkkernel", "--prefix", str(prefix))
    assert made.returncode == 0, made.stderr
    spec = json.loads((prefix / "share/jupyter/kernels/pysparkkernel/kernel.json").read_text())
    assert spec["display_name"] == "PySpark (EMR) as pysparkkernel" and spec["interrupt_mode"] == "message"
    assert spec["argv"][0] == sys.executable
    with serve(tmp_path / "livy") as livy:
        (tmp_path / "config.json").write_text(
            json.dumps({"kernel_python_credentials": {"url": livy.url, "auth": "None"}})
        )
        monkeypatch.setenv("SPARKMAGIC_CONF_DIR", str(tmp_path))
        monkeypatch.setenv("JUPYTER_PATH", str(prefix / "share" / "jupyter"))
        path = write(
            '%%configure -f\n{"executorMemory": "512M"}',
            "spark.range(3).count()",
            "%%sql\nSELECT 1 AS one",
            kernel="pysparkkernel",
        )
        before = path.read_text()
        notebook = nbformat.read(path, 4)
        NotebookClient(notebook, timeout=200).execute()
    shown = text_of(notebook)
    assert shown[1].endswith("3") and "one" in shown[2]
    assert notebook.metadata.kernelspec.name == "pysparkkernel" and path.read_text() == before


def test_a_foreign_kernelspec_is_kept(emr, tmp_path: Path) -> None:
    folder = tmp_path / "p" / "share" / "jupyter" / "kernels" / "sparkkernel"
    folder.mkdir(parents=True)
    theirs = {"argv": ["python", "-m", "sparkmagic.kernels.sparkkernel.sparkkernel"], "display_name": "Spark"}
    (folder / "kernel.json").write_text(json.dumps(theirs))
    place = ["--as", "sparkkernel", "--prefix", str(tmp_path / "p")]
    refused = emr("install", *place)
    assert refused.returncode == 1 and "is not ours: it runs python -m sparkmagic" in refused.stderr
    assert "--force" in refused.stderr and json.loads((folder / "kernel.json").read_text()) == theirs
    assert "is not ours" in emr("uninstall", *place).stderr
    forced = emr("install", *place, "--force", "--json")
    assert forced.returncode == 0, forced.stderr
    backup = Path(json.loads(forced.stdout)["backup"])
    assert json.loads((backup / "kernel.json").read_text()) == theirs
    assert json.loads((folder / "kernel.json").read_text())["language"] == "scala"
    assert "kernels" not in backup.parent.name, "Jupyter would list it"
    assert emr("install", *place).returncode == 0, "ours may be written again"
    listed = json.loads(emr("install", "--list", "--json").stdout)
    assert [(one["name"], one["runs"]) for one in listed] == [("sparkkernel", "ours")]
    gone = emr("uninstall", *place)
    assert "what was there before is back" in gone.stdout
    assert json.loads((folder / "kernel.json").read_text()) == theirs and not backup.exists()


def test_places(emr, tmp_path: Path) -> None:
    made = emr("install", "--as", "sparkrkernel", "--user", "--json")
    assert made.returncode == 0, made.stderr
    where = Path(json.loads(made.stdout)["folder"])
    assert (
        where.is_relative_to(tmp_path) and json.loads((where / "kernel.json").read_text())["language"] == "R"
    )
    assert emr("uninstall", "--as", "sparkrkernel", "--user").returncode == 0 and not where.exists()
    assert emr("uninstall", "--as", "sparkrkernel", "--user").returncode == 1
    assert "different places" in emr("install", "--as", "sparkrkernel", "--user", "--sys-prefix").stderr
    assert "--as pysparkkernel" in emr("install").stderr
    assert emr("install", "--as", "ipython").returncode == 2


def test_what_shadows_it_is_said(emr, tmp_path: Path) -> None:
    first = tmp_path / "p" / "share" / "jupyter" / "kernels" / "pysparkkernel"
    first.mkdir(parents=True)
    (first / "kernel.json").write_text('{"argv": ["python", "-m", "sparkmagic.kernels.pysparkkernel"]}')
    made = emr("install", "--as", "pysparkkernel", "--user")
    assert made.returncode == 0 and f"But Jupyter finds {first} first" in made.stdout
