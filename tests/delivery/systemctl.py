"""What the hooks need of systemctl, for a host that is a folder: it honours the unit files' ExecStart, ExecReload,
Environment, EnvironmentFile, LoadCredential, WorkingDirectory, Restart. Isolation (ProtectSystem …) is systemd's own.

A service is a supervisor in a session of its own, that starts the program again as Restart says, and ends with the test
that it belongs to. `HOST/run/pause-on` holds words: a call with these words says its hook in `run/paused` and waits for its
end, so that a test can kill the hook at that point.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(os.environ["JUPYTERLAB_EMR_ROOT"])
RUN = ROOT / "run" / "systemd"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Unit:
    def __init__(self, name: str) -> None:
        self.name = name if "." in name else f"{name}.service"
        stem, _, kind = self.name.rpartition(".")
        template, at, self.instance = stem.partition("@")
        self.file = ROOT / "etc" / "systemd" / "system" / f"{template}{at}.{kind}"
        self.pid_file = RUN / f"{self.name}.pid"
        self.log = ROOT / "var" / "log" / f"{self.name}.log"
        self.settings: dict[str, list[str]] = {}
        if not self.file.is_file():
            raise SystemExit(f"Unit {self.name} could not be found.")
        for line in self.file.read_text().splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith(("#", "[")):
                self.settings.setdefault(key, []).append(value.replace("%i", self.instance))

    def get(self, key: str, default: str = "") -> str:
        return self.settings.get(key, [default])[-1]

    def environment(self) -> dict[str, str]:
        credentials = RUN / "credentials" / self.name
        env = {"PATH": PATH}
        for line in self.settings.get("Environment", []):
            for word in shlex.split(line):
                key, _, value = word.partition("=")
                env[key] = value.replace("%d", str(credentials))
        for name in self.settings.get("EnvironmentFile", []):
            file = Path(name.removeprefix("-"))
            if name.startswith("-") and not file.exists():
                continue
            for line in file.read_text().splitlines():
                key, _, value = line.partition("=")
                env[key] = value
        for line in self.settings.get("LoadCredential", []):
            name, _, path = line.partition(":")
            credentials.mkdir(parents=True, exist_ok=True)
            (credentials / name).write_text(Path(path).read_text())
        return env

    def pid(self) -> int | None:
        try:
            pid = int(self.pid_file.read_text())
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid

    def start(self) -> None:
        if self.pid():
            return
        if self.name.endswith(".timer"):
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        RUN.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, __file__, "--supervise", self.name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid_file.write_text(str(child.pid))

    def stop(self) -> None:
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
            while self.pid():
                time.sleep(0.02)
        self.pid_file.unlink(missing_ok=True)

    def reload(self) -> None:
        subprocess.run(shlex.split(self.get("ExecReload")), check=True, env=self.environment())

    def supervise(self) -> None:
        """Until we are told to end, or the test is gone."""
        test = int(os.environ.get("EMR_TEST_PID", "0"))
        ending = False

        def end(*_: object) -> None:
            nonlocal ending
            ending = True

        signal.signal(signal.SIGTERM, end)
        while not ending:
            child = subprocess.Popen(
                shlex.split(self.get("ExecStart")),
                env=self.environment(),
                cwd=self.get("WorkingDirectory") or "/",
                start_new_session=True,
            )
            while child.poll() is None:
                if ending or (test and not alive(test)):
                    ending = True
                    child.terminate()
                    try:
                        child.wait(int(self.get("TimeoutStopSec", "10")))
                    except subprocess.TimeoutExpired:
                        child.kill()
                else:
                    time.sleep(0.05)
            if self.get("Restart") != "always":
                break
            if not ending:
                time.sleep(float(self.get("RestartSec", "0.1")))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def pause(words: list[str]) -> None:
    asked = ROOT / "run" / "pause-on"
    if asked.exists() and asked.read_text() in " ".join(["systemctl", *words]):
        asked.unlink()
        said = ROOT / "run" / "paused.new"
        said.write_text(os.environ.get("LIFECYCLE_EVENT", ""))
        said.rename(ROOT / "run" / "paused")
        while True:
            time.sleep(60)


def main(words: list[str]) -> int:
    if words[0] == "--supervise":
        Unit(words[1]).supervise()
        return 0
    pause(words)
    now = "--now" in words
    verb, *names = [word for word in words if not word.startswith("--")]
    for name in names:
        unit = Unit(name)
        if verb == "is-active":
            return 0 if unit.pid() else 3
        if verb in ("stop", "restart") or (verb == "disable" and now):
            unit.stop()
        if verb in ("start", "restart") or (verb == "enable" and now):
            unit.start()
        if verb == "reload":
            unit.reload()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
