"""Deploying: what boto3 reads of it, idempotent, refused in time, resumed, undone, taken away."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from promote_support import NOTHING, SCRIPT, applications, left_of, universal_members
from wheels import ELF, make_wheel

USES_PACKAGES = """
import native_one, only_old, pure_one
print(f"driver has {native_one.VERSION} of native-one, {only_old.VERSION} of only-old", flush=True)
print("executor has", spark.sparkContext.parallelize([1], 1).map(lambda _: __import__("pure_one").VERSION).collect())
"""

SCHEDULE = 'schedule: {expression: "cron(0 6 * * ? *)", arguments: {day: "<aws.scheduler.scheduled-time>"}}\n'


def statuses(answer) -> dict[str, str]:
    return {step["id"]: step["status"] for step in answer.json["steps"]}


def test_a_dry_run_makes_nothing_and_says_what_would_be(shell, aws):
    shell.write("dry", SCHEDULE)
    planned = shell.emr("promote", "emr-pipeline.yaml", "--dry-run", "--json").json["planned"]
    assert {step["id"]: step["status"] for step in planned["steps"]} == {
        "validate": "unchanged",
        "application": "created",
        "role": "created",
        "logGroup": "skipped",
        "packages": "skipped",
        "script": "created",
        "manifest": "created",
        "alarms": "skipped",
        "schedulerRole": "created",
        "schedule": "created",
    }
    assert left_of(aws, "dry") == NOTHING


def test_nothing_is_made_without_a_yes(shell, aws):
    shell.write("silent")
    refused = shell.emr("promote", "emr-pipeline.yaml", code=1)
    assert "--yes" in refused.err
    assert left_of(aws, "silent") == NOTHING


def test_boto3_reads_what_was_made(shell, aws):
    shell.write("made", SCHEDULE + "tags: {team: quant}\nautoStopMinutes: 7\n")
    made = shell.deploy().json
    application = aws("emr-serverless").get_application(applicationId=made["applicationId"])["application"]
    assert application["name"] == "made"
    assert application["releaseLabel"] == "emr-7.9.0"
    assert application["architecture"] == "ARM64"
    assert application["maximumCapacity"] == {"cpu": "16 vCPU", "memory": "64 GB", "disk": "200 GB"}
    assert application["autoStopConfiguration"] == {"enabled": True, "idleTimeoutMinutes": 7}
    assert application["tags"]["jupyterlab-emr:pipeline"] == "made"
    assert application["tags"]["team"] == "quant"

    role = aws("iam").get_role(RoleName="emr-pipeline-made")["Role"]
    assert role["Arn"] == made["roleArn"]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "emr-serverless.amazonaws.com"}
    assert trust["Condition"]["StringEquals"]["aws:SourceArn"] == application["arn"]
    policy = aws("iam").get_role_policy(RoleName="emr-pipeline-made", PolicyName="emr-pipeline-made")
    assert "arn:aws:s3:::emr-demo-us-east-1/raw/*" in json.dumps(policy["PolicyDocument"])

    schedule = aws("scheduler").get_schedule(Name="emr-pipeline-made")
    assert schedule["ScheduleExpression"] == "cron(0 6 * * ? *)"
    assert schedule["State"] == "ENABLED"
    assert schedule["Target"]["Arn"] == "arn:aws:scheduler:::aws-sdk:emrserverless:startJobRun"
    asked = json.loads(schedule["Target"]["Input"])
    assert asked["ApplicationId"] == made["applicationId"]
    assert asked["ExecutionRoleArn"] == made["roleArn"]
    assert asked["ClientToken"] == "<aws.scheduler.execution-id>"
    model = aws("emr-serverless").meta.service_model.operation_model("StartJobRun")
    universal_members(asked, model.input_shape)

    bucket, key = made["scriptUri"].removeprefix("s3://").split("/", 1)
    assert (
        aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        == (shell.folder / "script.py").read_bytes()
    )

    again = shell.deploy()
    assert set(statuses(again).values()) == {"unchanged", "skipped"}
    assert again.json["applicationId"] == made["applicationId"]

    for switch, state in (("off", "DISABLED"), ("on", "ENABLED")):
        shell.emr("runs", "made", "--schedule", switch)
        assert aws("scheduler").get_schedule(Name="emr-pipeline-made")["State"] == state


def test_only_what_differs_is_changed(shell, aws):
    shell.write("differs", SCHEDULE)
    made = shell.deploy().json
    file = shell.folder / "emr-pipeline.yaml"
    file.write_text(file.read_text().replace("vcpu: 16,", "vcpu: 20,").replace("cron(0 6", "cron(0 7"))
    changed = shell.deploy()
    assert statuses(changed) == {
        "validate": "unchanged",
        "application": "changed",
        "role": "unchanged",
        "logGroup": "skipped",
        "packages": "skipped",
        "script": "unchanged",
        "manifest": "changed",
        "alarms": "skipped",
        "schedulerRole": "unchanged",
        "schedule": "changed",
    }
    client = aws("emr-serverless")
    application = client.get_application(applicationId=made["applicationId"])["application"]
    assert application["maximumCapacity"]["cpu"] == "20 vCPU"
    assert (
        aws("scheduler").get_schedule(Name="emr-pipeline-differs")["ScheduleExpression"]
        == "cron(0 7 * * ? *)"
    )


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (("emr-7.9.0", "emr-5.36.0"), ["release", "emr-5.36.0"]),
        (("emr-7.9.0", "7.9"), ["release", "7.9"]),
        (("emr-7.9.0", "emr-7.99.0"), ["release", "emr-7.99.0", "not supported", "known here"]),
        (("vcpu: 16", "vcpu: 2"), ["caps.vcpu"]),
        (("{vcpu: 1, memoryGb: 2, diskGb: 20}", "{vcpu: 3, memoryGb: 8, diskGb: 20}"), ["driver.vcpu", "3"]),
        (("default: 0", 'default: "${fail}"'), ["seconds"]),
        (("s3://emr-artifacts-us-east-1/", "s3://no-such-bucket-at-all/"), ["no-such-bucket-at-all"]),
        (("retries: 0", "retries: 0\nscheduel: {}"), ["scheduel"]),
        (("retries: 0", 'retries: 0\nschedule: {expression: "rate(1 day)"}'), ["day", "schedule"]),
    ],
)
def test_bad_input_is_refused_before_anything_is_made(shell, aws, change, names):
    shell.write("bad")
    file = shell.folder / "emr-pipeline.yaml"
    before = file.read_text()
    assert change[0] in before
    text = before.replace(*change)
    if "${fail}" in change[1]:
        text = text.replace('default: "no"', 'default: "${seconds}"')
    file.write_text(text)
    error = shell.deploy(code=1).json["error"]
    said = json.dumps(error, ensure_ascii=False)
    for name in names:
        assert name in said
    assert left_of(aws, "bad") == NOTHING


def test_a_script_with_a_syntax_error_is_refused(shell, aws):
    shell.write("syntax", script="x = 1\nif x\n    pass\n")
    error = shell.deploy(code=1).json["error"]
    assert "line 2" in error["message"]
    assert left_of(aws, "syntax") == NOTHING


def test_packages_are_taken_for_the_applications_processor(shell, aws, tmp_path: Path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    # pip reads these marks by its own Python: what only the release's Python needs has to be there, what it does not not.
    make_wheel(
        wheels,
        "pure-one",
        "1.0",
        requires=('only-old>=1; python_version < "3.10"', 'not-there; platform_machine == "riscv64"'),
    )
    make_wheel(wheels, "only-old", "2.0")
    make_wheel(wheels, "native-one", "1.0", "cp39-cp39-manylinux2014_x86_64", library=ELF["x86_64"])
    shell.env = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    shell.write("packages", "packages: [pure-one==1.0, native-one==1.0]\n")
    error = shell.deploy(code=1).json["error"]
    assert error["code"] == "PackageNotAvailable"
    assert "native-one==1.0" in error["message"]
    assert "ARM64" in error["message"]
    assert left_of(aws, "packages") == NOTHING

    shell.write(
        "packages",
        "packages: [pure-one==1.0, native-one==1.0]\narchitecture: X86_64\n",
        SCRIPT + USES_PACKAGES,
    )
    made = shell.deploy()
    assert statuses(made)["packages"] == "created"
    assert made.json["archiveUri"].startswith("s3://emr-artifacts-us-east-1/pipelines/packages/packages/")
    # Not made anew: not even pip is asked.
    shell.env = {"PIP_NO_INDEX": "1"}
    assert statuses(shell.deploy())["packages"] == "unchanged"
    # It runs as it is: driver and executors have the packages.
    ran = shell.emr("runs", "packages", "--start", "-a", "day=2026-01-31").out
    assert "driver has 1.0 of native-one, 2.0 of only-old" in ran
    assert "executor has ['1.0']" in ran


def test_an_archive_for_arm_holds_nothing_of_another_processor(shell, aws, tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for machine in ("x86_64", "aarch64"):
        make_wheel(wheels, "native-one", "1.0", f"cp39-cp39-manylinux2014_{machine}", library=ELF[machine])
    make_wheel(wheels, "liar", "1.0", library=ELF["x86_64"])
    shell.env = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    shell.write("arm", "packages: [native-one]\n")
    bucket, key = shell.deploy().json["archiveUri"].removeprefix("s3://").split("/", 1)
    with tarfile.open(fileobj=io.BytesIO(aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read())) as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}
    assert files["site-packages/native_one_native.so"] == ELF["aarch64"]
    assert files["bin/python"].startswith(b"#!/bin/sh")
    shell.write("arm", "packages: [native-one, liar]\n")
    error = shell.deploy(code=1).json["error"]
    assert error["code"] == "PackageNotAvailable"
    assert "site-packages/liar_native.so" in error["message"]


def test_an_image_instead_of_packages(shell, aws):
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/spark:1.2"
    shell.write("image", f"image: {image}\n")
    made = shell.deploy()
    application = aws("emr-serverless").get_application(applicationId=made.json["applicationId"])[
        "application"
    ]
    assert application["imageConfiguration"]["imageUri"] == image
    assert statuses(made)["packages"] == "skipped"
    # EMR Serverless reads it in its own name: the repository has to let it, not the role of the runs.
    [left] = made.json["left"]
    assert "team/spark" in left
    assert f"/applications/{made.json['applicationId']}" in left
    # Without the image it is EMR's own again.
    shell.write("image")
    assert statuses(shell.deploy())["application"] == "changed"
    application = aws("emr-serverless").get_application(applicationId=made.json["applicationId"])[
        "application"
    ]
    assert "imageConfiguration" not in application


def test_a_failure_half_way_is_resumed(shell, aws):
    shell.write("resumed", SCHEDULE)
    shell.fault("scheduler", "CreateSchedule", "ServiceQuotaExceededException")
    assert shell.deploy(code=1).json["error"]["code"] == "ServiceQuotaExceededException"
    [half] = applications(aws, "resumed")
    done = shell.deploy()
    assert done.json["applicationId"] == half["id"]
    assert {id for id, status in statuses(done).items() if status == "created"} == {"schedule"}


def test_who_may_not_make_roles_is_told_of_the_template(shell, aws):
    shell.write("unroled")
    shell.fault("iam", "CreateRole", "AccessDenied")
    error = shell.deploy("--undo", code=1).json["error"]
    assert "iam:CreateRole" in error["message"]
    assert "--template" in error["fix"]
    assert left_of(aws, "unroled") == NOTHING


def test_a_failure_half_way_is_undone_with_nothing_left(shell, aws):
    shell.write("undone", SCHEDULE)
    shell.fault("scheduler", "CreateSchedule", "ServiceQuotaExceededException")
    shell.deploy("--undo", code=1)
    assert left_of(aws, "undone") == NOTHING


def test_an_application_that_is_not_ours_is_not_touched(shell, aws):
    client = aws("emr-serverless")
    foreign = client.create_application(name="foreign", releaseLabel="emr-7.9.0", type="SPARK")
    shell.write("foreign")
    error = shell.deploy(code=1).json["error"]
    assert error["code"] == "NameTaken"
    assert foreign["applicationId"] in error["message"]
    assert left_of(aws, "foreign")["roles"] == []


def test_a_role_that_is_not_ours_is_not_touched(shell, aws):
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    aws("iam").create_role(RoleName="emr-pipeline-taken", AssumeRolePolicyDocument=json.dumps(trust))
    shell.write("taken")
    assert shell.deploy(code=1).json["error"]["code"] == "NameTaken"
    assert applications(aws, "taken") == []


def test_two_pipelines_share_nothing(shell):
    shell.write("one")
    one = shell.deploy().json
    shell.write("two")
    two = shell.deploy().json
    for what in ("applicationId", "roleArn", "scriptUri"):
        assert one[what] != two[what]


def test_a_pipeline_is_taken_away_and_its_history_stays(shell, aws):
    shell.write("away", SCHEDULE)
    shell.deploy()
    gone = shell.emr("runs", "away", "--remove", "--json").json
    assert {step["status"] for step in gone["steps"] if step["id"] != "alarms"} == {"removed"}
    left = left_of(aws, "away")
    assert {**left, "objects": []} == NOTHING
    assert [key.split("/")[2] for key in left["objects"]] == ["scripts"]
    assert shell.emr("runs", "away", "--json", code=1).json["error"]["code"] == "PipelineNotFound"


def test_the_template_is_for_the_platform_team(shell, aws):
    shell.write("paper", SCHEDULE)
    text = shell.emr("promote", "emr-pipeline.yaml", "--template").out
    assert "AWS::EMRServerless::Application" in text
    assert "AWS::Scheduler::Schedule" in text
    assert left_of(aws, "paper") == NOTHING
