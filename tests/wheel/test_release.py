"""What a release refuses: scripts/release.mjs on a repository of its own, with keys made here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSION = "3.2.1"


def write_version(
    folder: Path, *, version: str = VERSION, section: str = f"## {VERSION} - 2026-11-30"
) -> None:
    (folder / "package.json").write_text(json.dumps({"version": version, "repository": "example"}))
    (folder / "package-lock.json").write_text(
        json.dumps({"version": version, "packages": {"": {"version": version}}})
    )
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n{section}\n\n- All of it.\n")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "scripts").mkdir(parents=True)
    for name in ("release.mjs", "lib.mjs"):
        shutil.copy(ROOT / "scripts" / name, folder / "scripts" / name)
    shutil.copy(ROOT / "pyproject.toml", folder / "pyproject.toml")
    write_version(folder)
    for name in ("maintainer", "stranger"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True
        )
    key = (tmp_path / "maintainer.pub").read_text()
    (tmp_path / "signers").write_text(f'maintainer@example.org namespaces="git" {key}')
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "One")
    return folder


def git(folder: Path, *arguments: str, key: str = "maintainer") -> None:
    settings = {
        "user.name": "A",
        "user.email": "maintainer@example.org",
        "gpg.format": "ssh",
        "commit.gpgsign": "false",
        "user.signingkey": str(folder.parent / key),
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    subprocess.run(
        ["git", *words, *arguments],
        cwd=folder,
        check=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull},
    )


def answer(folder: Path, tag: str) -> tuple[int, str]:
    command = [
        "node",
        "scripts/release.mjs",
        "tag",
        tag,
        "--signers",
        str(folder.parent / "signers"),
        "--main",
        "main",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_maintainers_tag_is_taken(repository: Path) -> None:
    git(repository, "tag", "-s", "-m", "Release", f"v{VERSION}")
    code, said = answer(repository, f"v{VERSION}")
    assert code == 0 and "Good" in said, said


def unsigned(folder: Path) -> None:
    git(folder, "tag", "-a", "-m", "Release", f"v{VERSION}")


def of_a_stranger(folder: Path) -> None:
    git(folder, "tag", "-s", "-m", "Release", f"v{VERSION}", key="stranger")


def beside_main(folder: Path) -> None:
    git(folder, "checkout", "-q", "-b", "other")
    git(folder, "commit", "-q", "--allow-empty", "-m", "Two")
    git(folder, "tag", "-s", "-m", "Release", f"v{VERSION}")


def of_another_version(folder: Path) -> None:
    write_version(folder, version="3.3.0", section="## 3.3.0 - 2026-12-01")


def without_a_dated_section(folder: Path) -> None:
    write_version(folder, section="## Unreleased")


def with_two_versions(folder: Path) -> None:
    (folder / "package-lock.json").write_text(json.dumps({"version": "1.0.0", "packages": {"": {}}}))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (unsigned, "no good signature"),
        (of_a_stranger, "no good signature"),
        (beside_main, "is not on main"),
        (of_another_version, "package.json says 3.3.0"),
        (without_a_dated_section, "no dated section"),
        (with_two_versions, "package-lock.json: version is 1.0.0"),
    ],
)
def test_what_is_refused(repository: Path, change: Callable[[Path], None], reason: str) -> None:
    change(repository)
    code, said = answer(repository, f"v{VERSION}")
    assert code == 1 and reason in said, said


def test_this_checkout_has_one_version() -> None:
    done = subprocess.run(
        ["node", "scripts/release.mjs", "version"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
