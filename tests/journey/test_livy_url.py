"""
The kernel on any Livy, without AWS: `%emr connect --livy-url`. The Livy is the one at LIVY_URL, else a real one started
from LIVY_HOME, else the local account's own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import Notebook
from livy.conftest import HOME, REAL, URL, Livy, serve, wait
from livy.real import RealServer

TABLE = "application/vnd.jupyterlab-emr.table.v1+json"
#: A busy machine starts a driver in a minute or more.
START_SECONDS = 240
#: Seconds after which Livy marks a statement cancelled that does not heed it; its own default is 30.
CANCEL_SECONDS = 30 if URL else 4
HEARTBEAT_SECONDS = 4
#: The watchdog of a server that is not ours looks once a minute.
WATCHDOG_SECONDS = 65 if URL else 1


@dataclass
class Place:
    """A Livy, and how it is started anew on its port where it is ours to do so."""

    livy: Livy
    restart: Callable[[], None] | None = None


@contextmanager
def own_server(work_dir: Path) -> Iterator[Place]:
    """A Livy of the test's own: of LIVY_HOME, else the local account's, with short clocks."""
    if HOME:
        conf = {
            "livy.rsc.job-cancel.timeout": f"{CANCEL_SECONDS}s",
            "livy.server.heartbeat-watchdog.interval": f"{WATCHDOG_SECONDS}s",
        }
        server = RealServer(HOME, work_dir, conf)

        def restart() -> None:
            server.stop()
            server.start()

        try:
            server.start()
            yield Place(Livy(server.url), restart)
        finally:
            server.stop()
        return
    options = {"knobs": {"cancelTimeoutMs": CANCEL_SECONDS * 1000, "watchdogMs": WATCHDOG_SECONDS * 1000}}
    running = serve(work_dir, **options)
    place = Place(running.__enter__())
    port = place.livy.url.rsplit(":", 1)[1]

    def again() -> None:
        nonlocal running
        running.__exit__(None, None, None)
        running = serve(work_dir, "--port", port, **options)
        running.__enter__()

    place.restart = again
    try:
        yield place
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if URL:
        yield Place(Livy(URL.rstrip("/")))
        return
    with own_server(tmp_path_factory.mktemp("livy-url")) as own:
        yield own


@pytest.fixture(scope="module")
def livy(place: Place) -> Livy:
    return place.livy


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Callable[..., Notebook]]:
    """Makes kernels, with a site configuration where it is given, that are shut down at the end of the test."""
    made: list[Notebook] = []

    def make(spec: str = "pyspark-emr", **site) -> Notebook:
        config = tmp_path / f"site-{len(made)}.json"
        config.write_text(json.dumps(site))
        made.append(Notebook(spec, env={"JUPYTERLAB_EMR_CONFIG": str(config)}))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def book(livy: Livy) -> Iterator[Notebook]:
    """One bound notebook for the tests that leave its session in order."""
    one = Notebook(env={"JUPYTERLAB_EMR_CONFIG": "", "JPY_SESSION_NAME": "/home/ana/trials/prices.ipynb"})
    bind(one, livy)
    yield one
    one.close()


def bind(book: Notebook, livy: Livy, *more: str) -> str:
    line = " ".join([f"%emr connect --livy-url {livy.url} --auth-type None", *more])
    return book.ok(line, timeout=START_SECONDS).text


def own_session(book: Notebook) -> int:
    return int(re.search(r"Session: +(\d+) ", book.ok("%emr status").text).group(1))


def value(book: Notebook, code: str) -> str:
    """The value that a cell ends in."""
    (result,) = [out for out in book.ok(code).outputs if out["msg_type"] == "execute_result"]
    return result["content"]["data"]["text/plain"]


def wait_ended(livy: Livy, session: int, seconds: float) -> None:
    def ended() -> bool:
        answer = livy.call("GET", "/sessions")
        return session not in [
            one["id"]
            for one in answer.json()["sessions"]
            if one["state"] not in ("shutting_down", "dead", "killed", "success")
        ]

    wait(ended, seconds, pause=0.2)


def test_value_print_and_variables(book: Notebook) -> None:
    result = book.ok("x = 41\nprint('naïve ☃ 😀')\nx + 1")
    assert "naïve ☃ 😀" in result.text
    assert "42" in result.text
    assert value(book, "x") == "41"
    assert "execute_result" not in [out["msg_type"] for out in book.ok("y = spark.range(10).count()").outputs]
    assert value(book, "y") == "10"


def test_error_keeps_its_name_and_traceback(book: Notebook) -> None:
    result = book.run("def f(n):\n    return 1 // n\nf(0)")
    assert result.reply["ename"] == "ZeroDivisionError"
    assert any("line 2, in f" in line for line in result.reply["traceback"])
    assert "[Errno 2]" in book.run("open('/nowhere/at/all')").error
    assert book.run("for").reply["ename"] == "SyntaxError"


def test_spark_error_names_spark(book: Notebook) -> None:
    assert "PATH_NOT_FOUND" in book.run("spark.read.parquet('/nowhere/at/all')").error


def test_sql_table_and_error(book: Notebook) -> None:
    result = book.ok("%%sql\nSELECT id, CAST(id AS DECIMAL(10,2)) AS price, NULL AS nothing FROM range(3)")
    (table,) = result.data(TABLE)
    assert [column["type"] for column in table["columns"]][:2] == ["bigint", "decimal(10,2)"]
    assert [row[0] for row in table["rows"]] == [0, 1, 2]
    assert "TABLE_OR_VIEW_NOT_FOUND" in book.run("%%sql\nSELECT * FROM nowhere").error


def test_scala_on_the_same_session(book: Notebook) -> None:
    book.ok("spark.range(7).createOrReplaceTempView('seven')")
    assert "Long = 7" in book.ok('%%scala\nspark.table("seven").count()').text
    printed = book.ok('%%scala\nprintln("to be read")\n1 + 1').text
    assert "to be read" in printed
    assert "Int = 2" in printed
    assert "not found: value boom" in book.run("%%scala\nboom").error
    assert "/ by zero" in book.run("%%scala\n1 / 0").error


def test_interrupt_of_a_spark_job(book: Notebook) -> None:
    result = book.run(
        "sc.parallelize(range(4), 4).map(lambda _: __import__('time').sleep(300)).count()",
        when=lambda so_far: "Running" in so_far.text,
        then=book.interrupt,
    )
    assert result.reply["ename"] == "KeyboardInterrupt"
    assert "session goes on" in result.error
    assert value(book, "21 * 2") == "42"


def test_interrupt_of_driver_code_tells_the_truth(book: Notebook) -> None:
    """Livy cannot stop it: the cell ends when Livy gives up, and the next one waits for what still runs."""
    seconds = CANCEL_SECONDS + 8
    began = time.monotonic()
    result = book.run(
        f"import time; time.sleep({seconds}); slept = True",
        when=lambda so_far: "Running" in so_far.text,
        then=book.interrupt,
    )
    assert "still busy" in result.error
    assert CANCEL_SECONDS - 1 < time.monotonic() - began < seconds
    assert value(book, "slept") == "True"
    assert time.monotonic() - began > seconds - 1


def test_info_status_sessions_logs(book: Notebook, livy: Livy) -> None:
    """A local Livy names no application and no Spark UI: nothing reads null or undefined."""
    number = own_session(book)
    name = livy.get(f"/sessions/{number}")["name"]
    assert "prices" in name
    for cell in ("%%info", "%emr status", "%emr sessions"):
        text = book.ok(cell).text
        assert name in text
        assert not re.search("null|undefined|None|NaN", text), text
    assert livy.url in book.ok("%emr status").text
    assert "INFO" in book.ok("%%logs").text
    assert len(book.ok("%emr logs -n 3").text.strip().splitlines()) <= 3


def test_ui_with_and_without_one(book: Notebook, livy: Livy) -> None:
    info = livy.get(f"/sessions/{own_session(book)}")["appInfo"]
    result = book.run("%emr ui")
    if info.get("sparkUiUrl"):
        assert info["sparkUiUrl"] in result.text
    else:
        assert "names no Spark UI" in result.error


def test_configure_starts_anew(kernel, livy: Livy) -> None:
    book = kernel()
    book.ok('%%configure\n{"conf": {"spark.sql.shuffle.partitions": 7}}')
    bind(book, livy)
    first = own_session(book)
    assert value(book, "spark.conf.get('spark.sql.shuffle.partitions')") == "'7'"
    assert "-f" in book.run('%%configure\n{"conf": {"spark.sql.shuffle.partitions": "9"}}').error
    book.ok('%%configure -f\n{"conf": {"spark.sql.shuffle.partitions": "9"}}', timeout=START_SECONDS)
    assert own_session(book) != first
    assert livy.call("GET", f"/sessions/{first}").status_code == 404
    assert value(book, "spark.conf.get('spark.sql.shuffle.partitions')") == "'9'"


def test_refused_settings_say_what_livy_says(kernel, livy: Livy) -> None:
    book = kernel()
    book.ok('%%configure\n{"jars": ["file:///etc/not-allowed.jar"]}')
    error = book.run(f"%emr connect --livy-url {livy.url} --auth-type None", timeout=START_SECONDS).error
    assert "/etc/not-allowed.jar" in error
    assert "\tat " not in error


def test_names(kernel, livy: Livy) -> None:
    """A name of digits costs Livy a driver that nobody ends; one that is taken is never taken over."""
    book = kernel()
    line = f"%emr connect --livy-url {livy.url} --auth-type None --session-name"
    assert "letter" in book.run(f"{line} 123").error
    with livy.session(kind="pyspark", name="ours-not-yours") as other:
        error = book.run(f"{line} ours-not-yours").error
        assert f"session {other}" in error
        assert "--session-name" in error
        assert livy.get(f"/sessions/{other}/statements")["statements"] == []


def test_shutdown_deletes_the_session(kernel, livy: Livy) -> None:
    book = kernel()
    bind(book, livy)
    session = own_session(book)
    book.close()
    wait_ended(livy, session, 15)


def test_disconnect(kernel, livy: Livy) -> None:
    book = kernel()
    bind(book, livy)
    session = own_session(book)
    book.ok("%emr disconnect")
    wait_ended(livy, session, 15)
    assert "%emr connect" in book.run("1 + 1").error


def test_interrupted_start_leaves_no_session(kernel, livy: Livy) -> None:
    before = {one["id"] for one in livy.get("/sessions")["sessions"]}
    book = kernel()
    result = book.run(
        f"%emr connect --livy-url {livy.url} --auth-type None",
        when=lambda so_far: "starting" in so_far.text,
        then=book.interrupt,
    )
    assert result.reply["ename"] == "KeyboardInterrupt"
    wait(lambda: not {one["id"] for one in livy.get("/sessions")["sessions"]} - before, 20, pause=0.2)


def test_crashed_kernel_loses_its_session_by_heartbeat(kernel, livy: Livy) -> None:
    book = kernel(heartbeatTimeoutSeconds=HEARTBEAT_SECONDS)
    bind(book, livy)
    session = own_session(book)
    time.sleep(WATCHDOG_SECONDS + 2 * HEARTBEAT_SECONDS)  # the living kernel keeps its session
    assert value(book, "1 + 1") == "2"
    os.kill(book.pid, signal.SIGKILL)
    wait_ended(livy, session, WATCHDOG_SECONDS + HEARTBEAT_SECONDS + 30)


def test_session_that_somebody_deleted(kernel, livy: Livy) -> None:
    book = kernel()
    bind(book, livy)
    session = own_session(book)
    assert livy.call("DELETE", f"/sessions/{session}").ok
    error = book.run("1 + 1").error
    assert f"Session {session} has ended" in error
    assert "%emr connect" in error
    assert re.search("State: +ended", book.ok("%emr status").text)
    bind(book, livy)
    assert value(book, "1 + 1") == "2"


def test_session_deleted_under_a_cell(kernel, livy: Livy) -> None:
    book = kernel()
    bind(book, livy)
    session = own_session(book)
    result = book.run(
        "import time; time.sleep(100)",
        when=lambda so_far: "Running" in so_far.text,
        then=lambda: livy.call("DELETE", f"/sessions/{session}"),
    )
    assert re.search(f"Session {session} (has ended|is \\w+)", result.error)


@pytest.mark.parametrize(
    "code",
    ["sc._jvm.java.lang.Runtime.getRuntime().halt(7)", "import os; os._exit(7)"],
    ids=["jvm", "python"],
)
def test_dead_driver_is_said_and_its_log_kept(kernel, livy: Livy, code: str) -> None:
    book = kernel()
    bind(book, livy)
    session = own_session(book)
    assert book.run(code).status == "error"
    error = book.run("1 + 1").error
    assert re.search(f"Session {session} is (dead|error)", error), error
    assert "%emr connect" in error
    assert book.ok("%%logs").text.strip()
    assert re.search("State: +lost", book.ok("%emr status").text)
    bind(book, livy)
    assert own_session(book) != session
    # What the dead one still held is free.
    wait_ended(livy, session, 15)
    assert session not in [one["id"] for one in livy.get("/sessions")["sessions"] if one["state"] == "error"]


@pytest.mark.skipif(not REAL, reason="the local account’s driver keeps such output off its wire")
def test_output_of_a_process_breaks_livys_wire_and_that_is_said(kernel, livy: Livy) -> None:
    book = kernel()
    bind(book, livy)
    error = book.run("import os; os.system('echo hi')").error
    assert "standard output" in error
    assert "%%configure -f" in error
    book.ok("%%configure -f\n{}", timeout=START_SECONDS)
    assert value(book, "1 + 1") == "2"


def test_scala_kernel(kernel, livy: Livy) -> None:
    book = kernel("spark-emr")
    bind(book, livy)
    assert "Int = 42" in book.ok("val answer = 6 * 7").text
    assert "not found: value boom" in book.run("boom").error
    assert value(book, "%%pyspark\n1 + 1") == "2"


def test_sparkr_says_what_livy_says(kernel, livy: Livy) -> None:
    book = kernel("sparkr-emr")
    bind(book, livy)
    assert "Fail to start interpreter" in book.run("1 + 1").error
    assert book.ok("%%sql\nselect 1 as one").data(TABLE)[0]["rows"] == [[1]]


@pytest.mark.skipif(bool(URL), reason="ends every session of the user on that Livy")
def test_cleanup(kernel, livy: Livy) -> None:
    """One's own sessions end; another user's stay."""
    book = kernel()
    bind(book, livy)
    own = own_session(book)
    with livy.session(kind="pyspark", name="somebody-else-1") as other:
        assert "-f" in book.run("%%cleanup").error
        book.ok("%%cleanup -f")
        wait_ended(livy, own, 15)
        assert livy.get(f"/sessions/{other}")["state"] == "idle"
    assert "%emr connect" in book.run("1 + 1").error


def test_restarted_livy(kernel, tmp_path: Path) -> None:
    """It counts from 0 again: what has our number is somebody else's, and neither gets our code nor is deleted."""
    with own_server(tmp_path) as place:
        livy, book = place.livy, kernel()
        bind(book, livy)
        number = own_session(book)
        place.restart()
        while (other := livy.create(kind="pyspark", name=f"stranger-{time.monotonic_ns()}")) < number:
            pass
        assert other == number
        livy.wait_state(other, "idle", timeout=START_SECONDS)
        error = book.run("print('not for others')").error
        assert "has ended" in error
        assert livy.get(f"/sessions/{other}/statements")["statements"] == []
        book.ok("%emr disconnect")
        assert livy.get(f"/sessions/{other}")["state"] == "idle"
        bind(book, livy)
        assert own_session(book) != other
        assert value(book, "1 + 1") == "2"


def test_livy_that_is_away_for_a_while(kernel, tmp_path: Path) -> None:
    with own_server(tmp_path) as place:
        book = kernel()
        bind(book, place.livy)
        place.restart()
        assert "has ended" in book.run("1 + 1").error


def test_version_0_8_gets_no_field_that_it_does_not_know(kernel, tmp_path: Path) -> None:
    with serve(tmp_path, "--version", "0.8.0") as livy:
        book = kernel()
        book.ok('%%configure\n{"idleTimeout": "2h", "ttl": "3h"}')
        said = bind(book, livy)
        assert "0.8.0" in said
        assert "idleTimeout" in said, "what was left out is not said"
        session = livy.get("/sessions")["sessions"][0]
        assert session["ttl"] == "3h"
        assert "idleTimeout" not in session
        assert value(book, "1 + 1") == "2"


def test_nothing_listens_there(kernel) -> None:
    error = kernel().run("%emr connect --livy-url http://127.0.0.1:9 --auth-type None").error
    assert "127.0.0.1:9" in error
