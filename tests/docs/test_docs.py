"""The documentation's pages as `npm run docs` puts them together; the site itself is built and checked in CI's job."""

from __future__ import annotations

import json
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


def test_a_pipe_in_the_code_of_a_table_has_no_backslash(pages: dict[str, str]) -> None:
    assert "`--application-id ID|NAME`" in pages["user.md"]
    assert "`--application-id ID|NAME`" in pages["reference/magics.md"]
    assert "`--region <region>`" in pages["reference/cli.md"]
    assert not [
        name for name, text in pages.items() if re.search(r"^\|.*`[^`|]*\\\|[^`]*`", text, re.MULTILINE)
    ]


def test_every_error_of_the_code_is_explained(pages: dict[str, str]) -> None:
    """Looked for by another way than the page is made: each literal code in the source has its heading."""
    codes: set[str] = set()
    for file in [*(ROOT / "src").rglob("*.ts"), *(ROOT / "src").rglob("*.tsx")]:
        if not {"__tests__", "local", "testing"} & set(file.relative_to(ROOT).parts):
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


def publish(site: Path, version: str, text: str) -> None:
    """As `npm run docs` does it with what was built."""
    built = site.parent / f"built-{version}"
    built.mkdir()
    (built / "index.html").write_text(text)
    code = f"import {{ publish }} from './scripts/docs/versions.mjs'; publish(...{json.dumps([str(site), version, str(built)])});"
    subprocess.run(["node", "--input-type=module", "-e", code], cwd=ROOT, check=True)


def test_a_version_that_is_published_keeps_the_others(tmp_path: Path) -> None:
    site, before = tmp_path / "site", tmp_path / "before" / "site"
    before.parent.mkdir()
    publish(before, "0.1.0", "of an earlier site")
    publish(before, "0.9.1", "older than ours")
    for version in ("0.9.1", "0.10.0", "0.11.0-rc.1"):
        publish(site, version, version)
    merge = ["node", "scripts/docs/versions.mjs", str(site), str(before)]
    subprocess.run(merge, cwd=ROOT, check=True, capture_output=True)

    # The theme's selector reads this file, one folder above each version's pages.
    listed = json.loads((site / "versions.json").read_text())
    assert [one["version"] for one in listed] == ["0.11.0-rc.1", "0.10.0", "0.9.1", "0.1.0"]
    assert [one["version"] for one in listed if one["aliases"] == ["latest"]] == ["0.10.0"]
    assert {one.parent.name: one.read_text() for one in site.glob("*/index.html")} == {
        "0.1.0": "of an earlier site",
        "0.9.1": "0.9.1",
        "0.10.0": "0.10.0",
        "0.11.0-rc.1": "0.11.0-rc.1",
    }
    assert "url=0.10.0/index.html" in (site / "index.html").read_text()


def test_every_plugin_and_token_is_in_the_api(pages: dict[str, str]) -> None:
    api = pages["reference/api.md"]
    files = "\n".join(file.read_text("utf-8") for file in (ROOT / "src" / "lab" / "plugins").glob("*.ts*"))
    ids = set(re.findall(r"^  id: '(jupyterlab-emr:[\w-]+)'", files, re.MULTILINE))
    assert len(ids) > 15
    assert set(re.findall(r"^\| `(jupyterlab-emr:[\w-]+)` \| \S", api, re.MULTILINE)) == ids
    tokens = re.findall(
        r"^export const (I\w+) = ", (ROOT / "src" / "lab" / "tokens.ts").read_text("utf-8"), re.MULTILINE
    )
    assert tokens and all(f"### {name}\n" in api for name in tokens)
