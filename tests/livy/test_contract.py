"""Every exchange recorded from a real Livy 0.9, played again: on ours, or on the one at LIVY_URL."""

import json
import re
import time
import uuid
from pathlib import Path

import pytest
import requests

from .conftest import wait

CONTRACT = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))
NAME = f"contract-{uuid.uuid4().hex[:8]}"

# What depends on the machine, the build or the moment, and is replaced on both sides before they are compared.
VOLATILE = [
    (re.compile(r'File "(?!<stdin>)[^"]+"'), 'File "<path>"'),
    # How deep the server's own call stack was when Scala code threw.
    (re.compile(r"\.\.\. \d+ elided"), "... <n> elided"),
    (re.compile(r"\bJob \d+ cancelled"), "Job <n> cancelled"),
    (re.compile(r"job group \d+"), "job group <n>"),
    # The recorder cut the Java frames off a Py4J error's text.
    (re.compile(r"(\n\tat [^\n]*)+\n?"), ""),
    # Sessions made before this one.
    (re.compile(r"for session \d+"), "for session <n>"),
]


def plain(value):
    if isinstance(value, str):
        for pattern, replacement in VOLATILE:
            value = pattern.sub(replacement, value)
        return value.replace(NAME, "<name>")
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def same(got, wanted, where="body"):
    """``wanted`` may say <volatile> for anything and <more> for the rest of a list; members come in the same order."""
    if wanted == "<volatile>":
        return
    if isinstance(wanted, dict):
        assert isinstance(got, dict) and list(got) == list(wanted), f"{where}: {got!r} is not {wanted!r}"
        for key, value in wanted.items():
            same(got[key], value, f"{where}.{key}")
    elif isinstance(wanted, list):
        assert isinstance(got, list), f"{where}: {got!r} is no list"
        if "<more>" in wanted:
            wanted = wanted[: wanted.index("<more>")]
            got = got[: len(wanted)]
        assert len(got) == len(wanted), f"{where}: {got!r} is not {wanted!r}"
        for index, pair in enumerate(zip(got, wanted)):
            same(*pair, f"{where}[{index}]")
    else:
        assert got == wanted, f"{where}: {got!r} is not {wanted!r}"


def body(answer):
    """As recorded: JSON where there is JSON, else the text."""
    try:
        return answer.json()
    except ValueError:
        return answer.text


def follow(livy, session, number):
    """Everything seen of a statement until it was available."""
    seen = []

    def ended():
        seen.append(livy.statement(session, number))
        return seen[-1]["state"] == "available"

    wait(ended, 120, pause=0.01)
    # Apache Livy says that it is available a moment before it says when it ended.
    wait(lambda: seen[-1]["completed"] or ended() and False, 5)
    return seen


@pytest.fixture(scope="module")
def played(livy):
    """The session with every statement played, in order: each one's answer, then how it ended."""
    created = livy.call("POST", "/sessions", json={"name": NAME, "heartbeatTimeoutInSecond": 600})
    number = created.json()["id"]
    idle = livy.wait_state(number, "idle")
    answers = []
    for entry in CONTRACT["statements"]:
        answer = livy.call("POST", f"/sessions/{number}/statements", json=entry["request"])
        states = []
        if answer.status_code == 201:
            states = follow(livy, number, answer.json()["id"])
        final = states[-1] if states else None
        answers.append((answer, states, final))
    yield {"id": number, "created": created, "idle": idle, "answers": answers}
    livy.call("DELETE", f"/sessions/{number}")


def shift(value, number):
    """The recorded session was number 0; ours may have another one."""
    if isinstance(value, dict):
        return {
            key: number if key == "id" and "name" in value else shift(item, number)
            for key, item in value.items()
        }
    return [shift(item, number) for item in value] if isinstance(value, list) else value


def test_session(played):
    recorded = CONTRACT["session"]
    assert played["created"].status_code == recorded["status"]
    same(plain(played["created"].json()), shift(recorded["body"], played["id"]))
    same(plain(played["idle"]), shift(recorded["idle_body"], played["id"]))
    assert played["created"].headers["Location"].endswith(f"/{played['id']}")


@pytest.mark.parametrize(
    "index",
    range(len(CONTRACT["statements"])),
    ids=lambda index: f"{index}-{CONTRACT['statements'][index]['request'].get('kind')}",
)
def test_statement(played, index):
    recorded = CONTRACT["statements"][index]
    answer, states, final = played["answers"][index]
    assert answer.status_code == recorded["status"]
    if final is None:
        same(plain(body(answer)), recorded["body"])
        return
    same(plain(final), plain(recorded["final"]))
    first = answer.json()
    assert list(first) == list(recorded["body"])
    assert (first["id"], first["code"]) == (recorded["body"]["id"], recorded["body"]["code"])
    # Which of the states one sees is a matter of speed; their order is not.
    seen = [first["state"], *(statement["state"] for statement in states)]
    order = ["waiting", "running", "available"]
    assert seen == sorted(seen, key=order.index)
    progress = [statement["progress"] for statement in states]
    # Not always rising: a later job of the statement adds tasks to those of an earlier one.
    assert all(0 <= value <= 1 for value in progress) and progress[-1] == 1.0
    assert final["started"] > 1e12 and final["completed"] >= final["started"]


ALIVE = [entry for entry in CONTRACT["requests"] if "777777" in entry["path"] or "{s}" not in entry["path"]]


def play(livy, number, entry):
    path = entry["path"].replace("{s}", str(number)).replace("<name>", NAME)
    options = {}
    if entry.get("raw") is not None:
        options = {"data": entry["raw"], "headers": {"Content-Type": "application/json"}}
    elif entry["json"] is not None:
        options = {"json": json.loads(json.dumps(entry["json"]).replace("<name>", NAME))}
    return livy.call(entry["method"], path, **options)


@pytest.fixture(scope="module")
def requested(livy, played):
    """Every request played in the recorded order: the last ones delete the session and look for it."""
    return [play(livy, played["id"], entry) for entry in CONTRACT["requests"]]


@pytest.mark.parametrize(
    "index",
    range(len(CONTRACT["requests"])),
    ids=lambda index: f"{index}-{CONTRACT['requests'][index]['method']}",
)
def test_request(played, requested, index):
    recorded, answer = CONTRACT["requests"][index], requested[index]
    assert answer.status_code == recorded["status"], answer.text
    wanted, got = shift(recorded["body"], played["id"]), plain(body(answer))
    if isinstance(wanted, str) and wanted.startswith("Session '0'"):
        wanted = wanted.replace("'0'", f"'{played['id']}'")
    path = recorded["path"]
    if path == "/version":
        # The date is that of the build; which version it is, the real one says.
        assert list(got) == list(wanted)
        return
    if path.startswith("/sessions?"):
        assert got["from"] == 0 and got["total"] >= 1
        mine = [view for view in got["sessions"] if view["id"] == played["id"]]
        same(mine, wanted["sessions"])
        return
    if path.endswith("/log?from=0&size=2"):
        assert list(got) == list(wanted) and got["from"] == 0 and len(got["log"]) == 2 and got["total"] > 2
        return
    if path.startswith("/sessions/{s}/statements?"):
        # A hundred are kept; how many were made before this is the recorder's business.
        wanted = {**wanted, "total_statements": got["total_statements"]}
    if isinstance(wanted, dict) and str(wanted.get("msg", "")).startswith("Session '0'"):
        wanted = {"msg": wanted["msg"].replace("'0'", f"'{played['id']}'")}
    if path.endswith("/{s}/state"):
        wanted = {**wanted, "id": played["id"]}
    same(got, plain(wanted))


def active_tasks(livy, session):
    """Tasks at work, from the driver's own Spark UI."""
    view = livy.get(f"/sessions/{session}")
    if not (view["appInfo"] or {}).get("sparkUiUrl"):
        time.sleep(3)  # a Livy that tells no Spark UI (its local mode): there is nothing to ask
        return 2
    api = f"{view['appInfo']['sparkUiUrl']}/api/v1/applications/{view['appId']}/executors"
    return sum(executor["activeTasks"] for executor in requests.get(api, timeout=120).json())


@pytest.fixture
def own_session(livy):
    """A session of the test's own: a task that is cancelled keeps its place on the executor until it has slept."""
    with livy.session(heartbeatTimeoutInSecond=600) as number:
        yield number


@pytest.mark.parametrize("which", ["cancel_job", "cancel_pyspark_job"])
def test_cancel_job(livy, own_session, which):
    session = own_session
    recorded = CONTRACT[which]
    kind = "spark" if which == "cancel_job" else "pyspark"
    if kind == "spark":
        livy.run(session, "1", kind)
    number = livy.post(session, recorded["final"]["code"], kind)
    # With two of two tasks at work: what is cancelled is a running job.
    wait(lambda: active_tasks(livy, session) == 2)
    answer = livy.cancel(session, number)
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"])
    assert livy.statement(session, number)["state"] in recorded["states"]
    final = livy.finish(session, number)
    wanted = {**recorded["final"], "id": number}
    wanted["output"] = {**wanted["output"], "execution_count": number}
    same(plain(final), plain(wanted))
    assert livy.run(session, "'alive'", "pyspark")["data"] == {"text/plain": "'alive'"}
