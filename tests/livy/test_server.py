"""What needs our server in a configuration of its own, or dead: clocks, who may enter, accidents, nothing left behind."""

import hashlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import requests

from .conftest import PYTHON, Child, Livy, alive, descendants, only_ours, serve, wait

pytestmark = only_ours

KNOBS = {
    "cancelTimeoutMs": 1500,
    "retainedStatements": 5,
    "outputLimit": 1000,
    "retainedSessionMs": 1500,
    "watchdogMs": 200,
}


@pytest.fixture(scope="module")
def quick(work_dir):
    """Livy with short clocks and low limits."""
    with serve(work_dir / "quick", knobs=KNOBS) as livy:
        yield livy


@pytest.fixture(scope="module")
def quick_session(quick):
    with quick.session(kind="pyspark") as number:
        yield number


def test_driver_code_that_does_not_heed_its_cancel(quick, quick_session, tmp_path):
    gate = tmp_path / "gate"
    code = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.05)\n'late'"
    number = quick.post(quick_session, code)
    wait(lambda: quick.statement(quick_session, number)["state"] == "running")
    began = time.monotonic()
    quick.cancel(quick_session, number)
    assert quick.statement(quick_session, number)["state"] == "cancelling"
    second = quick.post(quick_session, "'second'")
    cancelled = quick.finish(quick_session, number)
    assert time.monotonic() - began > 1.3
    assert cancelled["state"] == "cancelled" and cancelled["output"] is None
    # The truth about it: the interpreter is busy until the code ends.
    assert quick.statement(quick_session, second)["state"] == "waiting"
    assert quick.get(f"/sessions/{quick_session}/state")["state"] == "busy"
    gate.touch()
    assert quick.finish(quick_session, second)["output"]["data"] == {"text/plain": "'second'"}


def test_only_the_last_statements_are_kept(quick, quick_session):
    first = quick.post(quick_session, "0")
    last = [quick.post(quick_session, str(index)) for index in range(1, 6)][-1]
    quick.finish(quick_session, last)
    answer = quick.call("GET", f"/sessions/{quick_session}/statements/{first}")
    assert (answer.status_code, answer.json()) == (404, "Statement not found")
    page = quick.get(f"/sessions/{quick_session}/statements?from=3&size=5")
    assert page["total_statements"] == 5 and [statement["id"] for statement in page["statements"]] == [
        last - 1,
        last,
    ]
    newest = quick.get(f"/sessions/{quick_session}/statements?order=desc&size=1")["statements"][0]
    assert newest["id"] == last


def test_a_lost_kind_waits_for_ever_and_blocks_nothing(quick, quick_session):
    lost = quick.post(quick_session, "1", "shared")
    assert quick.run(quick_session, "2")["data"] == {"text/plain": "2"}
    assert quick.statement(quick_session, lost)["state"] == "waiting"


def test_output_limit(quick, quick_session):
    assert quick.run(quick_session, "'x' * 998")["status"] == "ok"
    assert quick.run(quick_session, "'x' * 1002")["ename"].endswith("StreamConstraintsException")


def test_a_get_of_a_statement_takes_about_a_millisecond(quick, quick_session):
    number = quick.post(quick_session, "1")
    quick.finish(quick_session, number)
    times = []
    for _ in range(200):
        began = time.perf_counter()
        quick.statement(quick_session, number)
        times.append(time.perf_counter() - began)
    assert sorted(times)[100] < 0.02  # of which the most is this client's own


def test_heartbeat_ends_a_session_that_nobody_asks_for(quick):
    number = quick.create(kind="pyspark", name="beat", heartbeatTimeoutInSecond=2)
    quick.wait_state(number, "idle")
    for _ in range(6):
        time.sleep(0.5)
        ended = time.monotonic()
        assert quick.call("GET", "/sessions/beat/state").status_code == 200
    # The list is no heartbeat: asking for it does not keep the session.
    wait(lambda: number not in [session["id"] for session in quick.get("/sessions")["sessions"]], 10)
    assert time.monotonic() - ended > 2
    assert quick.call("GET", f"/sessions/{number}").status_code == 404
    assert quick.call("GET", "/sessions/beat").status_code == 404


def test_idle_timeout(quick):
    number = quick.create(kind="pyspark", idleTimeout="15s")
    quick.wait_state(number, "idle")
    began = time.monotonic()
    while time.monotonic() - began < 1:  # reading is no activity
        quick.get(f"/sessions/{number}")
    wait(lambda: quick.call("GET", f"/sessions/{number}").status_code == 404, 30)
    assert time.monotonic() - began > 8


def test_interrupt_stops_the_session(quick):
    with quick.session(kind="pyspark") as number:
        answer = quick.call("POST", f"/sessions/{number}/interrupt")
        assert (answer.status_code, answer.json()) == (200, {"msg": "interrupted"})
        assert quick.get(f"/sessions/{number}")["state"] == "dead"
        answer = quick.call("POST", f"/sessions/{number}/statements", json={"code": "1"})
        assert (answer.status_code, answer.json()) == (
            500,
            "java.lang.IllegalStateException: Session is in state dead",
        )
        answer = quick.call("GET", f"/sessions/{number}/statements/0")
        assert (answer.status_code, answer.json()) == (
            400,
            {"msg": "requirement failed: Session isn't active."},
        )
        # An ended session vanishes by itself.
        wait(lambda: quick.call("GET", f"/sessions/{number}").status_code == 404, 10)


@pytest.fixture(scope="module")
def plain(work_dir):
    with serve(work_dir / "plain") as livy:
        yield livy


def test_a_starting_session_takes_no_statements(plain):
    number = plain.create(kind="pyspark")
    answer = plain.call("POST", f"/sessions/{number}/statements", json={"code": "1"})
    assert (answer.status_code, answer.json()) == (
        500,
        "java.lang.IllegalStateException: Session is in state starting",
    )
    assert plain.call("DELETE", f"/sessions/{number}").json() == {"msg": "deleted"}


def test_delete_ends_driver_jvm_and_workers(plain):
    number = plain.create(kind="pyspark")
    plain.wait_state(number, "idle")
    statement = plain.post(
        number, "sc.parallelize(range(2), 2).map(lambda x: __import__('time').sleep(60)).count()"
    )
    wait(lambda: plain.statement(number, statement)["state"] == "running")
    pids = wait(lambda: len(found := descendants(plain.pid)) >= 5 and found)
    assert plain.call("DELETE", f"/sessions/{number}").json() == {"msg": "deleted"}
    wait(lambda: not any(map(alive, pids)), 10)  # far less than the statement takes
    assert f"session-{number}" not in os.listdir(work_dir_of(plain))


def command_line(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


def work_dir_of(livy):
    command = command_line(livy.pid).split("\0")
    return command[command.index("--work-dir") + 1]


@pytest.mark.parametrize("victim, sign", [("driver.py", "SIGKILL"), ("SparkSubmit", "SIGKILL")])
def test_a_killed_driver_is_a_dead_session_that_says_so(plain, victim, sign):
    number = plain.create(kind="pyspark")
    plain.wait_state(number, "idle")
    pids = descendants(plain.pid)
    pid = next(pid for pid in pids if victim in command_line(pid))
    os.kill(pid, signal.Signals[sign])
    view = plain.wait_state(number, "dead")
    assert any("SIGKILL" in line or "exit code" in line for line in view["log"]), view["log"]
    wait(lambda: not any(map(alive, pids)), 10)
    plain.call("DELETE", f"/sessions/{number}")


def test_out_of_memory_is_a_dead_session(plain):
    number = plain.create(kind="spark", driverMemory="512m")
    plain.wait_state(number, "idle")
    plain.post(number, "val all = (1 to 1000).map(_ => new Array[Long](10000000))")
    view = plain.wait_state(number, "dead", "error")
    assert "OutOfMemoryError" in "\n".join(plain.get(f"/sessions/{number}/log?size=-1")["log"]), view
    plain.call("DELETE", f"/sessions/{number}")


def test_a_driver_that_cannot_start_is_dead_with_the_reason(plain):
    number = plain.create(kind="pyspark", conf={"spark.driver.memory": "nonsense"})
    plain.wait_state(number, "dead")
    assert "nonsense" in "\n".join(plain.get(f"/sessions/{number}/log?size=-1")["log"])


def test_a_magic_whose_value_is_no_json_ends_the_interpreter(plain):
    number = plain.create(kind="pyspark")
    plain.wait_state(number, "idle")
    answer = plain.call("POST", f"/sessions/{number}/statements", json={"code": "%json spark"})
    assert answer.status_code == 201
    plain.wait_state(number, "error", "dead")
    plain.call("DELETE", f"/sessions/{number}")


def test_two_sessions_at_once(plain):
    numbers = [plain.create(kind="pyspark", name=f"twin-{index}") for index in range(2)]
    for number in numbers:
        plain.wait_state(number, "idle")
    posted = [plain.post(number, f"import time; time.sleep(1); mine = {number}; mine") for number in numbers]
    ended = [plain.finish(number, statement) for number, statement in zip(numbers, posted)]
    assert [one["output"]["data"]["text/plain"] for one in ended] == [str(number) for number in numbers]
    # Each began before the other had ended.
    assert max(one["started"] for one in ended) < min(one["completed"] for one in ended)
    uis = {plain.get(f"/sessions/{number}")["appInfo"]["sparkUiUrl"] for number in numbers}
    assert len(uis) == 2
    for number in numbers:
        assert plain.call("DELETE", f"/sessions/twin-{numbers.index(number)}").status_code == 200


def test_nothing_listens_beyond_the_loopback(plain):
    with plain.session(kind="pyspark"):
        sockets = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout
        pids = {plain.pid, *descendants(plain.pid)}
        ours = [
            line.split()[3] for line in sockets.splitlines() if any(f"pid={pid}," in line for pid in pids)
        ]
        assert len(ours) >= 3
        assert all(address.startswith(("127.", "[::1]", "[::ffff:127.")) for address in ours), ours


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_server(tmp_path, how):
    with serve(tmp_path) as livy:
        number = livy.create(kind="pyspark")
        livy.wait_state(number, "idle")
        livy.post(number, "sc.parallelize(range(2), 2).map(lambda x: __import__('time').sleep(60)).count()")
        pids = wait(lambda: len(found := descendants(livy.pid)) >= 5 and found)
        os.kill(livy.pid, how)
        wait(lambda: not any(map(alive, pids)), 10)


def test_version_0_8(tmp_path):
    with serve(tmp_path, "--version", "0.8.0", knobs={"watchdogMs": 200}) as livy:
        assert livy.get("/version")["version"] == "0.8.0-incubating"
        answer = livy.call("POST", "/sessions", json={"idleTimeout": "1h"})
        assert answer.status_code == 400 and "(16 known properties:" in answer.json()
        number = livy.create(ttl="12s")
        assert "idleTimeout" not in livy.wait_state(number, "idle")
        wait(lambda: livy.call("GET", f"/sessions/{number}").status_code == 404, 30)


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    """A CA of the test's own and what it signed for the loopback."""
    folder = tmp_path_factory.mktemp("ca")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA", "-days", "1")
    openssl("req", *key, "-keyout", "key.pem", "-out", "csr.pem", "-subj", "/CN=livy")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        *("x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key"),
        *("-CAcreateserial", "-days", "1", "-extfile", "ext", "-out", "cert.pem"),
    )
    return folder


def credential(user, password, seconds=600):
    return {
        "username": user,
        "passwordSha256": hashlib.sha256(password.encode()).hexdigest(),
        "role": "arn:aws:iam::000000000000:role/analyst",
        "expiresAt": (time.time() + seconds) * 1000,
    }


@pytest.fixture
def child(ca, tmp_path):
    child = Child(
        {
            "clusterId": "j-TEST",
            "host": "127.0.0.1",
            "port": 0,
            "tls": {"cert": (ca / "cert.pem").read_text(), "key": (ca / "key.pem").read_text()},
            "auth": True,
            "python": PYTHON,
            "workDir": str(tmp_path),
        }
    )
    yield child
    child.hang_up()
    child.process.wait(15)


def test_who_may_enter(child, ca):
    url = f"https://127.0.0.1:{child.port}"

    def user(*pair):
        return Livy(url, auth=pair or None, verify=str(ca / "ca.pem"))

    with pytest.raises(requests.exceptions.SSLError):
        Livy(url).call("GET", "/version")
    child.send(
        {
            "type": "credentials",
            "credentials": [credential("ann", "a:1"), credential("bob", "b"), credential("old", "o", -1)],
        }
    )
    wait(lambda: user("ann", "a:1").call("GET", "/version").status_code == 200)
    for stranger in (user(), user("ann", "b"), user("old", "o"), user("nobody", "x")):
        answer = stranger.call("GET", "/sessions")
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    ann, bob = user("ann", "a:1"), user("bob", "b")
    number = ann.create(kind="pyspark", name="anns")
    assert bob.get(f"/sessions/{number}")["owner"] == "ann"
    ann.wait_state(number, "idle")
    seen = bob.get("/sessions")["sessions"][0]
    assert (seen["owner"], seen["log"]) == ("ann", [])
    for method, path, body in (
        ("POST", "/statements", {"code": "1"}),
        ("GET", "/statements", None),
        ("GET", "/log", None),
        ("POST", "/connect", None),
        ("DELETE", "", None),
    ):
        assert bob.call(method, f"/sessions/{number}{path}", json=body).status_code == 403
    assert ann.run(number, "1+1")["data"] == {"text/plain": "2"}
    # What the parent is told, and an accident by its order.
    told = wait(lambda: next((s for s in child.sessions() if s["state"] == "idle"), None))
    assert (told["name"], told["owner"]) == ("anns", "ann") and told["sparkUiUrl"].startswith(
        "http://127.0.0.1:"
    )
    child.send({"type": "kill-driver", "sessionId": number})
    assert "SIGKILL" in "".join(ann.wait_state(number, "dead")["log"])
    # Credentials are replaced as a whole: ann is out, at once, on a connection that she has open.
    child.send({"type": "credentials", "credentials": [credential("bob", "b")]})
    wait(lambda: ann.call("GET", "/version").status_code == 401)


def test_it_ends_when_the_parent_hangs_up(child, ca):
    child.send({"type": "credentials", "credentials": [credential("ann", "a")]})
    ann = Livy(f"https://127.0.0.1:{child.port}", auth=("ann", "a"), verify=str(ca / "ca.pem"))
    number = wait(lambda: ann.call("GET", "/version").ok) and ann.create(kind="pyspark")
    ann.wait_state(number, "idle")
    pids = [child.process.pid, *descendants(child.process.pid)]
    child.hang_up()
    child.process.wait(10)
    wait(lambda: not any(map(alive, pids)), 10)


def test_a_taken_port_is_said_to_the_parent(child, tmp_path):
    config = {
        "clusterId": "j-2",
        "host": "127.0.0.1",
        "auth": False,
        "python": PYTHON,
        "workDir": str(tmp_path),
    }
    second = Child({**config, "port": child.port})
    assert second.started["type"] == "failed" and "EADDRINUSE" in second.started["message"]
    assert second.process.wait(10) == 1
    second.hang_up()
