"""nbclient and papermill: as a scheduler runs notebooks, with nobody there to answer."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from papermill.translators import papermill_translators
from shown import text_of


def papermill(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "papermill",
            "--no-progress-bar",
            "--start-timeout",
            "60",
            *map(str, arguments),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=250,
    )


def test_nbclient_runs_a_notebook_and_fails_with_its_cell(connect: str, write: Callable[..., Path]) -> None:
    notebook = nbformat.read(write(connect, "spark.range(4).count()", "1 / 0", "print('never')"), 4)
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        NotebookClient(notebook, timeout=200, allow_errors=False).execute()
    shown = text_of(notebook)
    assert shown[0].startswith("Connected to risk-nightly") and shown[1] == "4"
    assert "ZeroDivisionError" in shown[2] and shown[3] == ""


def test_papermill_parameters_reach_the_connect_line_and_the_cluster(
    account: dict, write: Callable[..., Path], tmp_path: Path
) -> None:
    """papermill puts its cell on top, above the one that connects."""
    path = write(
        "%emr connect --cluster-id ${cluster} --runtime-role ${role}",
        "print(day, rows + 1)",
    )
    out = tmp_path / "out.ipynb"
    done = papermill(
        path, out, "-p", "cluster", account["otherCluster"], "-p", "role", account["roles"]["analyst"],
        "-p", "day", "2026-02-02", "-p", "rows", "41",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ran = nbformat.read(out, 4)
    assert ran.cells[0].metadata.tags == ["injected-parameters"]
    shown = text_of(ran)
    assert "Kept" in shown[0] and "Connected to risk-nightly" in shown[1] and shown[2] == "2026-02-02 42\n"


def test_papermill_speaks_scala(account: dict, write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(
        "%emr connect --cluster-id ${cluster} --runtime-role ${role}",
        'println(s"$day $rows")',
        kernel="spark-emr",
    )
    out = tmp_path / "out.ipynb"
    done = papermill(
        path, out, "-p", "cluster", account["otherCluster"], "-p", "role", account["roles"]["analyst"],
        "-p", "day", "2026-02-02", "-p", "rows", "41",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2026-02-02 41" in text_of(nbformat.read(out, 4))[2]


def test_a_failing_statement_fails_papermill_and_keeps_its_output(
    connect: str, write: Callable[..., Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.ipynb"
    done = papermill(
        write(connect, "print('before')", "raise ValueError('no prices')", "print('after')"), out
    )
    assert done.returncode != 0 and "no prices" in done.stderr
    shown = "".join(text_of(nbformat.read(out, 4)))
    assert "before" in shown and "no prices" in shown and "after\n" not in shown


def test_nobody_is_asked(write: Callable[..., Path]) -> None:
    """`allow_stdin` is false: at once an error that says what helps, and no waiting for an answer."""
    notebook = nbformat.read(write("%emr connect --livy-url http://127.0.0.1:9 --auth-type Basic_Access"), 4)
    began = time.monotonic()
    with pytest.raises(CellExecutionError, match="nobody is there to answer"):
        NotebookClient(notebook, timeout=60).execute()
    assert time.monotonic() - began < 60
    assert "LIVY_PASSWORD" in text_of(notebook)[0]


def test_progress_is_gone_at_the_end_or_one_line_of_it_stays(
    connect: str, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = (
        "sc.parallelize(range(8), 4).map(lambda n: __import__('time').sleep(0.5) or n % 2).distinct().count()"
    )

    def ran() -> tuple[list[str], list[list[str]]]:
        notebook = nbformat.read(write(connect, slow, "1 + 1"), 4)
        NotebookClient(notebook, timeout=200).execute()
        return text_of(notebook), [[output.output_type for output in cell.outputs] for cell in notebook.cells]

    assert ran()[0][1:] == ["2", "2"]
    monkeypatch.setenv("JUPYTERLAB_EMR_PROGRESS_AT_END", "keep")
    shown, kinds = ran()
    assert re.fullmatch(r"Ran 1 Spark job: 2 stages, 8 tasks \(\d+ s\)2", shown[1]), shown
    assert kinds[1:] == [["display_data", "execute_result"], ["execute_result"]]


def test_a_variable_that_is_not_there(write: Callable[..., Path]) -> None:
    notebook = nbformat.read(write("%emr connect --cluster-id ${NO_SUCH_CLUSTER}"), 4)
    with pytest.raises(CellExecutionError, match="NO_SUCH_CLUSTER"):
        NotebookClient(notebook, timeout=60).execute()


def test_papermill_knows_the_language_of_each_kernel() -> None:
    """By the kernelspec, which a notebook carries: else papermill refuses parameters."""
    specs = KernelSpecManager().get_all_specs()
    for name, line in {"pyspark-emr": "day = 1", "spark-emr": "val day = 1", "sparkr-emr": "day = 1"}.items():
        translator = papermill_translators.find_translator(name, specs[name]["spec"]["language"])
        assert line in translator.codify({"day": 1})
