"""
Notebooks in the percent format, with what their cells have to show.

A file begins with a comment on what it is and ``#: kernels NAME …`` (and ``#: sparkmagic NAME``: its kernel for the
comparison, see compare.py). ``# %% TITLE`` begins a cell. Lines at the end of a cell say what it does:

    #= TEXT   this is shown (blanks count as one)      #- TEXT   this is not shown
    #~ REGEX  this is found in what is shown           #: MIME   there is an output of this type
    #! TEXT   the cell fails, with this in its error   #0        nothing is shown
    #? TEXT   how sparkmagic differs, and why that is meant

A cell without ``#!`` has to succeed. ``{livy}`` is the address of the Livy, ``{unique}`` a word that is used once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient

SUITE = Path(__file__).parent / "suite"
MARK = re.compile(r"#([=\-~:!?0]) ?(.*)")


@dataclass
class Cell:
    title: str
    source: str
    #: sign and text of each expectation, in their order
    expected: list[tuple[str, str]] = field(default_factory=list)

    @property
    def difference(self) -> str:
        return " ".join(text for sign, text in self.expected if sign == "?")


@dataclass
class Notebook:
    name: str
    about: str
    kernels: list[str]
    #: sparkmagic's kernel that runs the same; empty: it has nothing of the kind
    sparkmagic: str
    cells: list[Cell]


@dataclass
class Outcome:
    """What one cell did."""

    cell: Cell
    text: str
    error: str | None
    mimes: set[str]

    @property
    def problems(self) -> list[str]:
        """What is not as expected, in sentences."""
        shown = _plain(self.text)
        found = []
        if self.error is not None and not any(sign == "!" for sign, _ in self.cell.expected):
            found.append(f"it fails: {self.error}")
        for sign, text in self.cell.expected:
            if sign == "=" and _plain(text) not in shown:
                found.append(f"it does not show {text!r}")
            elif sign == "-" and _plain(text) in shown:
                found.append(f"it shows {text!r}")
            elif sign == "~" and not re.search(text, self.text):
                found.append(f"{text!r} is not found")
            elif sign == ":" and text not in self.mimes:
                found.append(f"it has no {text}, but {sorted(self.mimes)}")
            elif sign == "0" and (self.text.strip() or self.mimes):
                found.append("it shows something")
            elif sign == "!" and self.error is None:
                found.append("it does not fail")
            elif sign == "!" and _plain(text) not in _plain(self.error):
                found.append(f"it fails otherwise: {self.error}")
        return found


def read(path: Path) -> Notebook:
    head, *parts = re.split(r"^# %% ", path.read_text(encoding="utf8"), flags=re.MULTILINE)
    keys = dict(re.findall(r"^#: (\w+) (.*)$", head, re.MULTILINE))
    about = " ".join(re.findall(r"^# (.*)$", head, re.MULTILINE))
    cells = []
    for part in parts:
        title, *lines = part.rstrip("\n").split("\n")
        expected = []
        while lines and (mark := MARK.fullmatch(lines[-1])):
            expected.insert(0, (mark[1], mark[2]))
            lines.pop()
        cells.append(Cell(title, "\n".join(lines), expected))
    assert cells, f"{path} has no cells"
    return Notebook(path.stem, about, keys["kernels"].split(), keys.get("sparkmagic", ""), cells)


def run(
    notebook: Notebook, kernel: str, words: dict[str, str], timeout: int = 240, **options
) -> list[Outcome]:
    """Run it through nbclient, failing cells too, as a front end runs one cell after the other."""

    def filled(text: str) -> str:
        for name, value in words.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(filled(cell.source)) for cell in notebook.cells]
    )
    NotebookClient(book, kernel_name=kernel, timeout=timeout, allow_errors=True, **options).execute()
    return [_outcome(cell, ran.outputs) for cell, ran in zip(notebook.cells, book.cells)]


def _outcome(cell: Cell, outputs: list) -> Outcome:
    texts, mimes, error = [], set(), None
    for output in outputs:
        if output.output_type == "stream":
            texts.append(output.text)
        elif output.output_type == "error":
            error = f"{output.ename}: {output.evalue}\n" + "\n".join(output.traceback)
        elif "application/vnd.jupyter.widget-view+json" not in output.data:
            # a widget (sparkmagic's progress bar) is nothing that stays
            mimes |= set(output.data)
            texts.append(str(output.data.get("text/plain", "")))
    return Outcome(cell, "\n".join(texts), error, mimes)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())
