"""`%emr sessions`: whose each session is, and ending the user's own and no other."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from conftest import MakeNotebook
from livy.conftest import Livy, alive, wait
from support import bind


def test_killed_kernel_leaves_an_orphan_that_one_can_end(
    livy: Livy, make_notebook: MakeNotebook, tmp_path: Path
) -> None:
    runtime = {"JUPYTER_RUNTIME_DIR": str(tmp_path)}
    first = make_notebook(env={**runtime, "JPY_SESSION_NAME": "/home/ana/trials/prices.ipynb"})
    second = make_notebook(env=runtime)
    theirs = livy.create(kind="pyspark", name="somebody-else-1")
    orphan, own = bind(first, livy.url), bind(second, livy.url)

    def row(session: int) -> str:
        text = second.ok("%emr sessions").text
        return next(line for line in text.splitlines() if re.match(rf"\W*{session}\b", line))

    assert "yours: another notebook (prices.ipynb)" in row(orphan)
    assert "this notebook" in row(own)
    assert "somebody else" in row(theirs)
    assert "without a kernel" in second.ok("%emr sessions --end-orphans").text

    os.kill(first.pid, signal.SIGKILL)
    wait(lambda: not alive(first.pid), 10)
    assert "yours: its kernel is gone (prices.ipynb)" in row(orphan)

    error = second.run(f"%emr sessions --end {orphan} --end {theirs}").error
    assert "NotYourSession" in error
    assert "nothing was ended" in error
    assert "somebody else" in second.run(f"%%delete -f -s {theirs}").error
    assert livy.call("GET", f"/sessions/{theirs}").ok
    assert "disconnect" in second.run(f"%emr sessions --end {own}").error
    assert "no session 999" in second.run("%emr sessions --end 999").error
    assert livy.get(f"/sessions/{orphan}")["state"] == "idle"

    assert f"Ended 1 session: {orphan} " in second.ok("%emr sessions --end-orphans").text
    assert livy.call("GET", f"/sessions/{orphan}").status_code == 404
    assert livy.call("GET", f"/sessions/{theirs}").ok
    assert "2" in second.ok("1 + 1").text
    livy.call("DELETE", f"/sessions/{theirs}")
    second.ok("%emr disconnect")
    # Records go with their sessions; the dead kernel's is all that is left, and it names no secret.
    assert len(list(tmp_path.rglob("*.json"))) <= 1
