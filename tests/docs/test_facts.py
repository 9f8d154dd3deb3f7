"""What the documentation lists is what the code has: keys, settings, variables, commands, codes, folders, IAM statements."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """From a heading to the next one of any level."""
    body = text[text.index(f"\n{heading}\n") + len(heading) + 2 :]
    return re.split(r"^#+ ", body, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> set[str]:
    """The names in backticks that a table's rows begin with."""
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def sources(*kinds: str) -> str:
    """The product's own source: no specs, no local account."""
    files = [
        file for kind in kinds for folder in ("src", "jupyterlab_emr") for file in (ROOT / folder).rglob(kind)
    ]
    kept = [one for one in files if not {"__tests__", "local", "node"} & set(one.relative_to(ROOT).parts)]
    return "\n".join(file.read_text("utf-8") for file in kept)


def test_keys_of_the_site() -> None:
    text = (ROOT / "src" / "config" / "index.ts").read_text("utf-8")

    def members(name: str) -> set[str]:
        body = re.search(rf"^export interface {name} \{{(.*?)^\}}", text, re.MULTILINE | re.DOTALL)[1]
        return set(re.findall(r"^  (\w+)\?:", body, re.MULTILINE))

    keys = members("ISiteConfig") - {"pipelines"} | {f"pipelines.{one}" for one in members("IPipelineSite")}
    assert len(keys) > 15
    shown = section(page("admin.md"), "## Site configuration")
    assert first_cells(shown) == keys
    sample = json.loads(re.search(r"```json\n(.*?)```", shown, re.DOTALL)[1])
    container = json.loads((ROOT / "deploy" / "container" / "jupyterlab_emr.json").read_text("utf-8"))
    assert sample.keys() | container.keys() <= members("ISiteConfig")


def test_settings_and_their_defaults() -> None:
    settings = json.loads((ROOT / "schema" / "plugin.json").read_text("utf-8"))["properties"]
    shown = dict(
        re.findall(
            r"^\| `(\w+)` \| `([^`]*)` \|", section(page("admin.md"), "### Settings of users"), re.MULTILINE
        )
    )
    assert {name: json.loads(value) for name, value in shown.items()} == {
        name: one["default"] for name, one in settings.items()
    }


def test_variables() -> None:
    known = set(re.findall(r"\bJUPYTERLAB_EMR_[A-Z_]+\b", sources("*.ts", "*.tsx", "*.py")))
    pages = "\n".join(file.read_text("utf-8") for file in (ROOT / "docs").glob("*.md"))
    # The launcher tells the kernel its environment's folder by this one: nobody sets it.
    assert set(re.findall(r"\bJUPYTERLAB_EMR_[A-Z_]+\b", pages)) == known - {"JUPYTERLAB_EMR_PREFIX"}


def test_commands_of_the_page() -> None:
    tokens = (ROOT / "src" / "lab" / "tokens.ts").read_text("utf-8")
    words = "\n".join(file.read_text("utf-8") for file in (ROOT / "src" / "protocol").glob("*.ts"))
    ids = set(re.findall(r"'(emr:[a-z-]+)'", tokens + words)) - {"emr:control", "emr:session"}
    shown = section(page("user.md"), "## Commands of JupyterLab")
    assert set(re.findall(r"`(emr:[a-z-]+)`", shown)) == ids
    readme = (ROOT / "README.md").read_text("utf-8")
    assert set(re.findall(r"`(emr:[a-z-]+)`", readme)) <= ids


def test_codes_that_the_user_guide_explains() -> None:
    text = page("user.md")
    tables = text[text.index("\n## When something fails") :]
    rows = re.findall(r"^\| (.*?) \|", tables, re.MULTILINE)
    named = {code for row in rows for code in re.findall(r"`([A-Z]\w+)`", row)}
    assert len(named) > 90
    # Of AWS and of Spark: an example each.
    theirs = {"DuplicateResourceException", "AnalysisException"}
    lines = sources("*.ts", "*.tsx")
    assert not [code for code in sorted(named - theirs) if not re.search(rf"['\"]{code}['\"]", lines)]


def test_statements_of_the_users_policy() -> None:
    template = (ROOT / "deploy" / "aws" / "user-policy.yaml").read_text("utf-8")
    statements = set(re.findall(r"Sid: (\w+)", template))
    text = page("admin.md")
    named = first_cells(section(text, "### IAM"))
    named |= first_cells(section(text, "### IAM for pipelines")) | first_cells(
        section(text, "### IAM for the data catalogue")
    )
    named = {name for name in named if ":" not in name}
    assert len(named) > 20
    assert named <= statements


def test_folders_and_files_that_are_named() -> None:
    missing, seen = [], 0
    for file in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        roots = r"src|tests|deploy|scripts|ui-tests|schema|bench|\.github|jupyterlab_emr"
        for path in re.findall(rf"`((?:{roots})/[\w./-]+)`", file.read_text("utf-8")):
            seen += 1
            if not (ROOT / path).exists():
                missing.append(f"{file.name}: {path}")
    assert seen > 40
    assert not missing
    architecture = page("architecture.md")
    runners = {folder.name for folder in (ROOT / "tests").iterdir() if any(folder.glob("test_*.py"))}
    rooms = {folder.name for folder in (ROOT / "src").iterdir() if folder.is_dir()}
    assert not [name for name in sorted(runners) if f"`tests/{name}`" not in architecture]
    assert not [name for name in sorted(rooms) if f"src/{name}" not in architecture]
