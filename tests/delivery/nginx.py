"""A real nginx for the tests: the machine's own, else Debian's package, unpacked under .cache and not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "nginx"


def works(program: str | Path) -> bool:
    try:
        return subprocess.run([program, "-v"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def unpacked() -> Path:
    """Debian's nginx by apt and dpkg, as any user: lists and packages lie in a folder of our own."""
    state = CACHE / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    options = [
        *("-o", f"Dir::State::lists={state / 'lists'}", "-o", f"Dir::Cache={state / 'cache'}"),
        *("-o", "APT::Sandbox::User=root", "-qq"),
    ]

    def run(*words: str | Path) -> None:
        subprocess.run(words, check=True, stdout=sys.stderr, cwd=CACHE, timeout=180)

    run("apt-get", *options, "update")
    run("apt-get", *options, "download", "nginx")
    for package in CACHE.glob("nginx_*.deb"):
        run("dpkg-deb", "-x", package, CACHE / "root")
    shutil.rmtree(state)
    return CACHE / "root" / "usr" / "sbin" / "nginx"


def find() -> str | None:
    """Path of an nginx that starts, or None."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"])
    ours = CACHE / "root" / "usr" / "sbin" / "nginx"
    for found in (os.environ.get("NGINX"), shutil.which("nginx", path=path), ours):
        if found and works(found):
            return str(found)
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return None
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        ours = unpacked()
    except (subprocess.SubprocessError, OSError) as error:
        print(f"Debian's nginx could not be fetched: {error}", file=sys.stderr)
        return None
    return str(ours) if works(ours) else None
