"""A notebook on an EMR Serverless application: bound, worked on, refused, renewed, lost, with every request signed."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Account, Notebook
from test_connect import MARK, report

sys.path.insert(0, str(Path(__file__).parent.parent / "reattach"))

from page import Page

MakeNotebook = Callable[..., Notebook]


def create(aws: Account, name: str, **more) -> str:
    return aws.client("emr-serverless").create_application(
        **{
            "name": name,
            "releaseLabel": "emr-7.9.0",
            "type": "SPARK",
            "interactiveConfiguration": {"livyEndpointEnabled": True},
            **more,
        }
    )["applicationId"]


def state(aws: Account, application: str) -> str:
    return aws.client("emr-serverless").get_application(applicationId=application)["application"]["state"]


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def until(aws: Account, application: str, wanted: str) -> None:
    deadline = time.monotonic() + 60
    while (now := state(aws, application)) != wanted:
        assert time.monotonic() < deadline, f"{application} is {now}, not {wanted}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def application(aws: Account) -> str:
    """An application that nobody has started."""
    return create(aws, "trials")


def test_a_day_on_an_application(notebook: MakeNotebook, aws: Account, application: str) -> None:
    book = notebook()
    listed = book.ok("%emr applications")
    assert "trials" in listed.text and application in listed.text
    role = aws.roles["analyst"]
    connected = book.ok(f"%emr connect --application-id trials --execution-role {role}")
    assert f"Connected to trials ({application}) as emr-runtime-analyst: session" in connected.text
    assert any(
        "Starting application trials" in one or "trials" in one and "STARTED" in one for one in book.seen
    )
    assert book.ok("import os\nsum(range(10))").text == "45"
    assert "seven" in book.ok("%%sql\nselect 7 as seven").text
    assert "Int = 42" in book.ok("%%scala\n40 + 2").text
    failed = book.run("spark.range(3).selectExpr('nothing').show()")
    assert "nothing" in failed.error
    stopped = book.run(
        "spark.range(4).repartition(4).foreach(lambda _: __import__('time').sleep(60))",
        when=lambda result: bool(result.data("application/vnd.jupyterlab-emr.progress.v1+json")),
        then=book.interrupt,
    )
    assert stopped.reply["ename"] == "KeyboardInterrupt"
    assert book.ok("1 + 1").text == "2"
    status = book.ok("%emr status").text
    assert f"trials ({application})" in status and role in status
    assert "http" not in book.ok("%emr ui").text
    assert "trials" in book.ok("%emr ui").text
    assert book.ok("%emr logs").text
    assert book.ok("%emr sessions").text
    # Said again in the same words it is the same session.
    again = book.ok(f"%emr connect --application-id {application}")
    assert again.text.splitlines()[0] in connected.text
    ended = book.ok("%emr disconnect")
    assert "ended" in ended.text
    assert "not connected" in book.run("1 + 1").error
    assert MARK not in "".join(book.seen)


def test_the_peers_line_and_another_accounts_role_assumed_once(
    notebook: MakeNotebook, aws: Account, application: str
) -> None:
    book = notebook()
    iam, name = aws.client("iam"), "emr-pipeline-another-account"
    trusted = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "sts:AssumeRole",
    }
    other = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trusted))["Role"]["Arn"]
    allowed = [
        {"Effect": "Allow", "Action": "emr-serverless:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": aws.roles["analyst"]},
    ]
    iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=policy(*allowed))
    aws.control("DELETE", "calls")
    connected = book.ok(
        f"%sm_analytics emr-serverless connect --application-id {application} --language python "
        f"--emr-execution-role-arn {aws.roles['analyst']} --assumable-role-arn {other}"
    )
    told = report(connected)
    assert told["success"] is True and told["service"] == "emr-serverless" and told["operation"] == "connect"
    for number in range(5):
        assert book.ok(f"{number} + 1").text == str(number + 1)
    calls = aws.control("GET", "calls")
    assert [call["operation"] for call in calls if call["service"] == "sts"].count("AssumeRole") == 1
    asked = {call["caller"] for call in calls if call["service"] == "emr-serverless"}
    [caller] = asked
    assert caller.startswith(
        "arn:aws:sts::123456789012:assumed-role/emr-pipeline-another-account/jupyterlab-emr-"
    )
    assert MARK not in "".join(book.seen)


def test_what_cannot_be(notebook: MakeNotebook, aws: Account, application: str) -> None:
    book = notebook()
    closed = create(aws, "no-livy", interactiveConfiguration={"livyEndpointEnabled": False})
    old = create(aws, "old", releaseLabel="emr-6.13.0", interactiveConfiguration={})
    twin = create(aws, "twin")
    create(aws, "twin")
    role = aws.roles["analyst"]
    for line, words in {
        f"--application-id nobody --execution-role {role}": 'no EMR Serverless application "nobody"',
        f"--application-id 00zzzzzzzzzzzzzz --execution-role {role}": "00zzzzzzzzzzzzzz",
        f"--application-id twin --execution-role {role}": f"{twin} (C",
        f"--application-id {closed} --execution-role {role}": "its Livy endpoint is off",
        f"--application-id {old} --execution-role {role}": "emr-6.14.0",
        f"--application-id {application} --execution-role analyst": "is not the ARN of a role",
        f"--application-id {application} --cluster-id j-ABCDEF": "not both",
        f"--application-id {application} --secret x": "does not go with --application-id",
        f"--application-id '{application} x'": "cannot be",
    }.items():
        assert words in book.run(f"%emr connect {line}").error, line
    passing = book.run(
        f"%emr connect --application-id {application} --execution-role {aws.roles['denied']}"
    ).error
    assert "PassRoleDenied" in passing and f"iam:PassRole on {aws.roles['denied']}" in passing
    foreign = book.run(
        f"%emr connect --application-id {application} --execution-role arn:aws:iam::123456789012:role/nobody"
    ).error
    assert "nobody" in foreign and ("trust policy" in foreign or "iam:PassRole" in foreign), foreign
    assert MARK not in "".join(book.seen)


def test_keys_that_end_are_renewed_in_mid_session(
    notebook: MakeNotebook, aws: Account, application: str, tmp_path: Path
) -> None:
    """Keys by `credential_process`, each pair said to end in seconds: the session lives on several of them."""
    env = aws.answer["env"]
    asked = tmp_path / "asked"
    program = tmp_path / "keys.py"
    program.write_text(
        "import boto3, datetime, json\n"
        f"open({str(asked)!r}, 'a').write('x')\n"
        f"sts = boto3.client('sts', region_name={aws.answer['region']!r}, endpoint_url={aws.answer['endpoint']!r},"
        f" aws_access_key_id={env['AWS_ACCESS_KEY_ID']!r},"
        f" aws_secret_access_key={env['AWS_SECRET_ACCESS_KEY']!r})\n"
        "keys = sts.get_session_token()['Credentials']\n"
        "end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)\n"
        "print(json.dumps({'Version': 1, 'AccessKeyId': keys['AccessKeyId'],"
        " 'SecretAccessKey': keys['SecretAccessKey'], 'SessionToken': keys['SessionToken'],"
        " 'Expiration': end.isoformat()}))\n"
    )
    config = tmp_path / "config"
    config.write_text(f"[profile ending]\ncredential_process = {sys.executable} {program}\n")
    book = notebook(env={"AWS_CONFIG_FILE": str(config), "AWS_EC2_METADATA_DISABLED": "true"})
    book.ok(
        f"%emr connect --application-id {application} --execution-role {aws.roles['analyst']} --profile ending"
    )
    book.ok("kept = 'here'")
    before = len(asked.read_text())
    deadline = time.monotonic() + 90
    while len(asked.read_text()) < before + 2:
        assert time.monotonic() < deadline, f"asked {asked.read_text()!r}"
        assert "'here'" in book.ok("kept").text
    assert "'here'" in book.ok("kept").text
    assert MARK not in "".join(book.seen)


def test_a_session_that_was_idle_and_the_application_that_stopped(
    notebook: MakeNotebook, aws: Account
) -> None:
    made = create(
        aws,
        "short",
        autoStopConfiguration={"enabled": True, "idleTimeoutMinutes": 10},
        releaseLabel="emr-7.9.0",
    )
    book = notebook()
    line = f"%emr connect --application-id short --execution-role {aws.roles['analyst']}"
    number = re.search(r": session (\d+) ", book.ok(line).text)[1]
    book.ok("gone = 1")
    # Ended by another hand; then nobody uses the application, and it stops by itself.
    other = notebook()
    other.ok(f"{line} --session-name another-one")
    other.ok(f"%%delete -f -s {number}")
    other.ok("%emr disconnect")
    until(aws, made, "STOPPED")
    lost = book.run("gone").error
    assert f"short ({made})" in lost and "idle for 10 minutes" in lost and "%emr connect" in lost, lost
    assert "Connected to short" in book.ok(line).text
    assert "NameError" in book.run("gone").error


def test_a_restarted_kernel_takes_its_session_up_and_a_deleted_application_is_told(
    notebook: MakeNotebook, aws: Account
) -> None:
    made = create(aws, "taken-up")
    book = notebook()
    page = Page(book.manager)
    line = f"%emr connect --application-id taken-up --execution-role {aws.roles['analyst']}"
    assert page.reply(page.execute(line, "cell-connect"))["status"] == "ok"
    book.ok("kept = 'of old'")
    binding, session = page.status["binding"], page.status["sessionId"]
    page.close()
    os.kill(book.pid, signal.SIGKILL)
    book.manager.restart_kernel(now=True)
    book.client.wait_for_ready(timeout=60)
    page = Page(book.manager)
    try:
        page.call("session.offer", binding=binding, auto=True)
        page.until(lambda: page.status["state"] == "idle")
        assert page.status["sessionId"] == session
        assert "of old" in book.ok("kept").text
    finally:
        page.close()
    client = aws.client("emr-serverless")
    book.ok("%emr disconnect")
    book.ok(line)
    other = notebook()
    number = re.search(r"Session: +(\d+) ", book.ok("%emr status").text)[1]
    other.ok(f"{line} --session-name another-one")
    other.ok(f"%%delete -f -s {number}")
    other.ok("%emr disconnect")
    client.stop_application(applicationId=made)
    until(aws, made, "STOPPED")
    client.delete_application(applicationId=made)
    lost = book.run("1 + 1").error
    assert f"taken-up ({made}) was deleted" in lost and "%emr applications" in lost, lost


def test_capacity(notebook: MakeNotebook, aws: Account) -> None:
    create(aws, "small", maximumCapacity={"cpu": "2 vCPU", "memory": "8 GB"})
    book = notebook()
    failed = book.run(f"%emr connect --application-id small --execution-role {aws.roles['analyst']}").error
    assert "CapacityReached" in failed or "no capacity left" in failed, failed


def test_doctor(notebook: MakeNotebook, aws: Account, application: str) -> None:
    book = notebook()
    seen = book.ok(f"%emr doctor --application-id {application} --runtime-role {aws.roles['analyst']}").text
    for words in ("emr-serverless:GetApplication is allowed", "Certificate of", "the signature"):
        assert words in seen, seen
    closed = create(aws, "doctors-closed", interactiveConfiguration={"livyEndpointEnabled": False})
    assert "Livy endpoint is off" in book.run(f"%emr doctor --application-id {closed}").error


def test_the_notebooks_binding(notebook: MakeNotebook, aws: Account, application: str) -> None:
    """A cell before connecting names what the notebook was bound to; a look for its session starts nothing."""
    asleep = create(aws, "asleep")
    until(aws, asleep, "CREATED")
    book = notebook()
    binding = {
        "applicationId": asleep,
        "region": aws.answer["region"],
        "runtimeRole": aws.roles["analyst"],
        "sessionName": "ana-trial-1",
    }
    page = Page(book.manager)
    try:
        offered = page.call("session.offer", binding=binding, auto=False, look=True)
        assert offered["binding"] == binding
        page.until(lambda: page.status["state"] == "disconnected")
        said = "".join(page.reply(page.execute("1 + 1", "cell"))["traceback"])
        assert f"%emr connect --application-id {asleep}" in said and "--execution-role" in said, said
        assert state(aws, asleep) == "CREATED"
    finally:
        page.close()
