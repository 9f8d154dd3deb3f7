"""
The suite on sparkmagic's own kernels: what differs from ours, into docs/sparkmagic.md. Run by hand:

    python -m tests.notebooks.compare --python .cache/venv-bench/bin/python [--livy URL]

``--python``: an environment with sparkmagic (``npm run bench`` makes one). Ends with 1 where a difference has no word
on why it is meant (``#?`` in the cell), or a word has no difference.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from livy.conftest import serve

from tests.notebooks.conftest import sparkmagic_config
from tests.notebooks.percent import SUITE, Outcome, read, run

HEAD = """# sparkmagic and this kernel

The notebooks of `tests/notebooks/suite` run on our kernels in every test run. `tests/notebooks/compare.py` runs those
that have a counterpart on sparkmagic {version}'s kernels too, on the same Livy, and writes this page: every cell that
does there what it does here is in the count, every other one is listed with why the difference is meant.

`moving` is a notebook in which sparkmagic's own examples' features follow each other; it has to run unchanged on both.

"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=str(ROOT / ".cache/venv-bench/bin/python"))
    parser.add_argument("--livy", help="a Livy; without it the local account's own is started")
    parser.add_argument("--out", default=str(ROOT / "docs/sparkmagic.md"))
    parser.add_argument("names", nargs="*", help="some notebooks only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        url = options.livy or stack.enter_context(serve(Path(folder) / "livy")).url
        (Path(folder) / "config.json").write_text(json.dumps(sparkmagic_config(url)))
        os.environ.update(
            SPARKMAGIC_CONF_DIR=folder, IPYTHONDIR=f"{folder}/ipython", SUITE_TEAM="quants", MPLBACKEND="agg"
        )
        page, wrong = compare(options.python, url, options.names)
    Path(options.out).write_text(page)
    print("\n".join(wrong))
    return 1 if wrong else 0


def compare(python: str, url: str, names: list[str]) -> tuple[str, list[str]]:
    """The page, and what is not explained."""
    probe = "import sparkmagic; print(sparkmagic.__path__[0], sparkmagic.__version__)"
    where, version = subprocess.run(
        [python, "-c", probe], check=True, capture_output=True, text=True
    ).stdout.split()
    page, wrong = [HEAD.format(version=version)], []
    for path in sorted(SUITE.glob("*.percent")):
        notebook = read(path)
        if not notebook.sparkmagic or (names and notebook.name not in names):
            continue
        manager = AsyncKernelManager(
            kernel_name=notebook.sparkmagic,
            kernel_spec_manager=KernelSpecManager(
                kernel_dirs=[f"{where}/kernels"], ensure_native_kernel=False
            ),
        )
        manager.kernel_spec.argv[0] = python
        words = {"livy": url, "unique": uuid.uuid4().hex[:8]}
        outcomes = run(notebook, notebook.sparkmagic, words, km=manager)
        differ = [outcome for outcome in outcomes if outcome.problems]
        same = len(outcomes) - len(differ)
        print(f"{notebook.name}: {same} of {len(outcomes)} cells do the same", flush=True)
        page.append(
            f"## {notebook.name}\n\n{notebook.about}\n\n{same} of {len(outcomes)} cells do the same.\n\n"
        )
        if differ:
            page.append("| cell | on sparkmagic | why the difference is meant |\n| --- | --- | --- |\n")
            page += [row(outcome) for outcome in differ]
            page.append("\n")
        for outcome in outcomes:
            if bool(outcome.problems) != bool(outcome.cell.difference):
                what = "; ".join(outcome.problems) or "it does the same, but has a #?"
                wrong.append(f"{notebook.name}: {outcome.cell.title}: {what}\n    {outcome.text[:300]!r}")
    return "".join(page).rstrip() + "\n", wrong


def row(outcome: Outcome) -> str:
    """A line of the table."""
    found = "; ".join(problem.split("\n")[0] for problem in outcome.problems)
    cells = [outcome.cell.title, found, outcome.cell.difference or "**not explained**"]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


if __name__ == "__main__":
    sys.exit(main())
