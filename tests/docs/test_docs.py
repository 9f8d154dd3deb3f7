"""The documentation's pages as `npm run docs` puts them together; the site itself is built and checked in CI's job."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / ".cache" / "docs" / "pages"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Name to text; putting them together fails at a link to a file that is not there."""
    subprocess.run(["node", "scripts/docs.mjs", "--pages"], cwd=ROOT, check=True)
    return {path.relative_to(PAGES).as_posix(): path.read_text("utf-8") for path in PAGES.rglob("*.md")}


def anchors(text: str) -> set[str]:
    """Of each heading, as the site and GitHub name it."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip()) for title in titles}


def test_every_anchor_is_there(pages: dict[str, str]) -> None:
    checked, broken = 0, []
    for name, text in pages.items():
        for page, anchor in re.findall(r"\]\(([^)\s#:]*\.md)?#([^)\s]+)\)", text):
            target = (PAGES / name).parent / page if page else PAGES / name
            checked += 1
            if anchor not in anchors(pages[target.resolve().relative_to(PAGES).as_posix()]):
                broken.append(f"{name}: {page}#{anchor}")
    assert checked > 50
    assert not broken


def test_every_error_of_the_code_is_explained(pages: dict[str, str]) -> None:
    """Looked for by another way than the page is made: each literal code in the source has its heading."""
    codes: set[str] = set()
    for file in (ROOT / "src").rglob("*.ts"):
        if not {"__tests__", "local", "lab", "testing"} & set(file.relative_to(ROOT).parts):
            codes |= set(re.findall(r"\bcode: '([A-Z]\w*[a-z]\w*)'", file.read_text("utf-8")))
    assert len(codes) > 100
    explained = set(re.findall(r"^## (\w+)$", pages["reference/errors.md"], re.MULTILINE))
    assert not codes - explained
    assert "See that Livy is among the cluster’s applications" in pages["reference/errors.md"]


def test_every_magic_and_command_is_there(pages: dict[str, str]) -> None:
    magics, commands = pages["reference/magics.md"], pages["reference/cli.md"]
    for words in ("%emr connect", "%emr catalog", "%%sql", "%%send_to_spark", "%sm_analytics emr connect"):
        assert re.search(rf"^### `{re.escape(words)}[ `]", magics, re.MULTILINE), words
    assert "`--runtime-role ARN" in magics
    for words in ("doctor", "promote", "runs", "catalog search", "install"):
        assert re.search(rf"^## `jupyter emr {words}[ `]", commands, re.MULTILINE), words
