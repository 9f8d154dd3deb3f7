"""Ten notebooks with every kind of cell: each runs cell by cell on the local account's cluster, and promoted under plain
spark-submit. Both print the same lines and write the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent / "notebooks").glob("*.ipynb"))
#: of the environment's own scripts
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def place(account: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder; the notebooks' connect line finds cluster and role in the environment."""
    os.environ["EMR_CLUSTER"] = account["otherCluster"]
    os.environ["EMR_ROLE"] = account["roles"]["analyst"]
    return tmp_path_factory.mktemp("promote")


def promoted(path: Path) -> dict:
    """What the command line makes of a notebook."""
    command = [str(BIN / "jupyter-emr"), "promote", str(path), "--dry-run", "--offline", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)["preview"]["script"]


def run_notebook(path: Path, folder: Path) -> list[str]:
    """The lines that the notebook prints."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace('"/data"', json.dumps(str(folder)))
    NotebookClient(notebook, timeout=240, kernel_name="pyspark-emr").execute()
    texts = [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    ]
    return marked("".join(texts))


def run_script(script: dict, text: Path, folder: Path) -> list[str]:
    """The lines that the script prints under spark-submit."""
    text.write_text(script["text"])
    conf = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", **script["sparkConf"]}
    command = [str(BIN / "spark-submit"), "--master", "local[1]", "--driver-memory", "512m"]
    for name, value in conf.items():
        command += ["--conf", f"{name}={value}"]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    command += [str(text), "--folder", str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=240, env=environment, cwd=text.parent, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:] + script["text"]
    return marked(done.stdout)


def marked(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("=>")]


def written(folder: Path) -> dict[str, list[str]]:
    """The rows of each folder that was written, sorted."""
    import pandas

    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("part-*")):
        rows = found.setdefault(str(path.parent.relative_to(folder)), [])
        if path.suffix == ".parquet":
            rows += [str(list(row)) for row in pandas.read_parquet(path).itertuples(index=False)]
        else:
            rows += path.read_text().splitlines()
    return {name: sorted(rows) for name, rows in found.items()}


def both(path: Path, place: Path) -> tuple[str, dict, list[str], list[str], Path, Path]:
    ours, theirs = place / path.stem / "notebook", place / path.stem / "script"
    ours.mkdir(parents=True)
    theirs.mkdir()
    script = promoted(path)
    with ThreadPoolExecutor(2) as pool:
        shown = pool.submit(run_notebook, path, ours)
        printed = pool.submit(run_script, script, place / f"{path.stem}.py", theirs)
        return path.stem, script, shown.result(), printed.result(), ours, theirs


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_and_script_do_the_same(path: Path, place: Path) -> None:
    name, script, shown, printed, ours, theirs = both(path, place)
    assert shown, f"{name} prints nothing to compare"
    assert printed == shown
    assert written(theirs) == written(ours) != {}
    ruff = subprocess.run(
        [str(BIN / "ruff"), "check", "--isolated", "--select", "F,E9,E4", "-"],
        input=script["text"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ruff.returncode == 0, ruff.stdout + script["text"]


def test_there_are_ten() -> None:
    assert len(NOTEBOOKS) == 10
