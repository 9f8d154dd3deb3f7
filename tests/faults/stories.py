"""Faults that last, each told by a function that does all of it and answers what was seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from door import Door
from harness import Account, Notebook
from livy.conftest import Livy, serve, wait
from support import Beside, bind, connect, issued, own_session, shown

from tests.conftest import start_account, stop_account

STATEMENTS = r"/sessions/\d+/statements"
STATEMENT = r"/sessions/\d+/statements/\d+"
#: The real ones are a statement of 15 minutes and a limit of one: several times the limit is the point.
IDLE_SECONDS = 6
WORK_SECONDS = 26
#: Session credentials end under a cell, several times.
LIFE_SECONDS = 4
OUTAGE_SECONDS = 60
SKEW = Path(__file__).with_name("skew.mjs")

MakeNotebook = Callable[..., Notebook]


def outage(livy: Livy, make_notebook: MakeNotebook) -> dict:
    """A gateway that says 503 for a minute, from the middle of a statement on."""
    door = Door(livy.url)
    book = make_notebook()
    session = bind(book, door.url)
    cell = Beside(book, "import time; time.sleep(3); 'came through'").wait_running()
    began = len(door.seen)
    outage = door.fault("*", ".*", 503, times=float("inf"))
    assert outage.met.wait(10)
    threading.Event().wait(OUTAGE_SECONDS)  # the fault's own length
    door.mend()
    result = cell.result()
    kept = own_session(book) == session
    book.ok("%emr disconnect")
    refused = len([one for one in door.seen[began:] if one.status == "503"])
    door.close()
    return {"result": result, "told": shown(result), "kept": kept, "asked": refused}


def silence(livy: Livy, make_notebook: MakeNotebook, method: str, path: str) -> dict:
    """Livy does what it is asked, and its answer never comes."""
    door = Door(livy.url)
    book = make_notebook()
    session = bind(book, door.url)
    book.ok("n = 0")  # what the kernel itself sends first is over
    fault = door.fault(method, path, "hang")
    result = book.run("n += 1\nimport time; time.sleep(1)\nprint('runs:', n)")
    assert fault.met.is_set()
    statements = livy.get(f"/sessions/{session}/statements")["statements"]
    book.ok("%emr disconnect")
    door.close()
    return {"result": result, "posted": sum("runs:" in one["code"] for one in statements)}


def idle_limit(folder: Path, make_notebook: MakeNotebook) -> dict:
    """A statement that is longer than the idle limit of its session, on a Livy that looks five times a second."""
    with serve(folder, "--version", "0.8.0", knobs={"watchdogMs": 200}) as livy:
        door = Door(livy.url)
        book = make_notebook()
        book.ok(f'%%configure\n{{"ttl": "{IDLE_SECONDS}s"}}')
        session = bind(book, door.url)
        result = book.run(f"import time; time.sleep({WORK_SECONDS}); 'long'")
        kept = livy.get(f"/sessions/{session}").get("state")
        told = door.count("POST", r"/sessions/\d+/connect")
        # The same without a kernel that tells Livy so, to know that the limit is enforced.
        lone = livy.create(ttl=f"{IDLE_SECONDS}s")
        wait(lambda: livy.call("POST", f"/sessions/{lone}/connect").json()["state"] == "idle", 120)
        livy.post(lone, f"import time; time.sleep({WORK_SECONDS})", "pyspark")
        wait(lambda: livy.call("GET", f"/sessions/{lone}").status_code == 404, WORK_SECONDS)
        # Now nothing runs, and the limit is what it says.
        wait(lambda: livy.call("GET", f"/sessions/{session}").status_code == 404, 60)
        after = book.run("1 + 1")
        door.close()
        return {"result": result, "kept": kept, "told": told, "after": after}


def clocks(make_notebook: MakeNotebook) -> dict[int, dict]:
    """Hosts whose clocks are right, 5 hours ahead and 5 behind, and credentials that end under the cell."""
    process, answer = start_account("--credentials-seconds", str(LIFE_SECONDS))
    try:
        aws = Account(answer)
        cluster = aws.provision(answer["products"][0]["productId"], "short-lived-credentials")
        return {hours: host(aws, cluster, make_notebook, hours) for hours in (0, 5, -5)}
    finally:
        stop_account(process)


def host(aws: Account, cluster: str, make_notebook: MakeNotebook, hours: int) -> dict:
    skew = {"NODE_OPTIONS": f"--import {SKEW.as_uri()}", "EMR_TEST_SKEW_MS": str(hours * 3_600_000)}
    begin = len(aws.control("GET", "calls"))
    book = make_notebook(env={**aws.answer["env"], **(skew if hours else {})})
    session = connect(book, aws, cluster)
    refused = any(
        call["outcome"] == "InvalidSignatureException" for call in aws.control("GET", "calls")[begin:]
    )
    before = issued(aws)
    result = book.run(f"import time; time.sleep({4 * LIFE_SECONDS}); 'long'")
    asked = issued(aws) - before
    kept = own_session(book) == session
    book.ok("%emr disconnect")
    return {"result": result, "asked": asked, "kept": kept, "refused": refused}
