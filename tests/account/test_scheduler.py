"""EventBridge Scheduler of the account by boto3: what it keeps, what it refuses, and that it fires."""

from __future__ import annotations

import datetime
import gzip
import json
import sys
from pathlib import Path

import pytest
from s3_support import ACCOUNT_ID, allow, client, policy, refused, role, trust, until

TARGET = "arn:aws:scheduler:::aws-sdk:emrserverless:startJobRun"
GROUP = f"arn:aws:scheduler:us-east-1:{ACCOUNT_ID}:schedule-group/default"
TRUST = trust(
    {"Service": "scheduler.amazonaws.com"},
    {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}, "ArnLike": {"aws:SourceArn": GROUP}},
)
ROLE = "emr-pipeline-scheduled"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/{ROLE}"


@pytest.fixture
def scheduler(account):
    return account.client("scheduler", check=False)


@pytest.fixture
def scheduled_role(account):
    with role(
        account, ROLE, policy(allow(["emr-serverless:StartJobRun", "iam:PassRole"], "*")), TRUST
    ) as arn:
        yield arn


@pytest.fixture
def schedules(scheduler, scheduled_role):
    """Make schedules; they are deleted after the test."""
    made = []

    def make(name="emr-pipeline-nightly", expression="cron(30 6 ? * MON-FRI *)", **options):
        call = {
            "Name": name,
            "ScheduleExpression": expression,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": target(),
            **options,
        }
        arn = scheduler.create_schedule(**call)["ScheduleArn"]
        made.append(name)
        return arn

    yield make
    for name in set(made):
        try:
            scheduler.delete_schedule(Name=name)
        except scheduler.exceptions.ResourceNotFoundException:
            pass


def target(role_arn=ROLE_ARN, application="00f0000000000000", **options) -> dict:
    run = {
        "ApplicationId": application,
        "ExecutionRoleArn": ROLE_ARN,
        "Name": "run-<aws.scheduler.scheduled-time>",
        "JobDriver": {"SparkSubmit": {"EntryPoint": "s3://emr-artifacts-us-east-1/job.py"}},
        "Tags": {"Upper": "Case"},
    }
    return {"Arn": TARGET, "RoleArn": role_arn, "Input": json.dumps(run), **options}


def executions(account, name):
    found = account.control("GET", "schedules")[1]
    return next(item["executions"] for item in found if item["name"] == name)


def test_the_life_of_a_schedule(scheduler, schedules):
    arn = schedules(
        ScheduleExpressionTimezone="Europe/London", Description="each morning", ClientToken="token-1"
    )
    assert arn == f"arn:aws:scheduler:us-east-1:{ACCOUNT_ID}:schedule/default/emr-pipeline-nightly"
    # The same token is the same request.
    again = schedules(
        ScheduleExpressionTimezone="Europe/London", Description="each morning", ClientToken="token-1"
    )
    assert again == arn
    found = scheduler.get_schedule(Name="emr-pipeline-nightly")
    assert found["State"] == "ENABLED" and found["GroupName"] == "default"
    assert found["ScheduleExpressionTimezone"] == "Europe/London"
    assert found["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
    assert abs(found["CreationDate"].timestamp() - datetime.datetime.now().timestamp()) < 600
    changed = {
        "Name": "emr-pipeline-nightly",
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        "Target": target(),
        "State": "DISABLED",
    }
    assert scheduler.update_schedule(**changed)["ScheduleArn"] == arn
    found = scheduler.get_schedule(Name="emr-pipeline-nightly", GroupName="default")
    assert found["State"] == "DISABLED" and "Description" not in found
    assert found["ScheduleExpressionTimezone"] == "UTC"
    schedules("other")
    names = [item["Name"] for item in scheduler.list_schedules(NamePrefix="emr-pipeline-")["Schedules"]]
    assert names == ["emr-pipeline-nightly"]
    pages = scheduler.get_paginator("list_schedules").paginate(PaginationConfig={"PageSize": 1})
    assert [item["Name"] for page in pages for item in page["Schedules"]] == ["emr-pipeline-nightly", "other"]
    assert [item["Name"] for item in scheduler.list_schedules(State="ENABLED")["Schedules"]] == ["other"]
    scheduler.delete_schedule(Name="emr-pipeline-nightly")
    for call in (scheduler.get_schedule, scheduler.delete_schedule):
        assert refused(call, Name="emr-pipeline-nightly") == "ResourceNotFoundException"
    assert refused(scheduler.update_schedule, **changed) == "ResourceNotFoundException"


def test_a_name_that_is_taken(schedules):
    schedules()
    assert refused(schedules) == "ConflictException"
    assert refused(schedules, Description="another", ClientToken="token-2") == "ConflictException"


@pytest.mark.parametrize(
    "change",
    [
        {"expression": "every day"},
        {"expression": "rate(0 minutes)"},
        {"expression": "rate(5 weeks)"},
        {"expression": "cron(0 6 * * *)"},
        {"expression": "cron(0 6 * * * *)"},
        {"expression": "cron(0 25 * * ? *)"},
        {"expression": "cron(0 6 ? * 8 *)"},
        {"expression": "cron(0 6 * * ? soon)"},
        {"expression": "at(2026-13-01T00:00:00)"},
        {"ScheduleExpressionTimezone": "Europe/Nowhere"},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
        {"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}},
        {"Target": {**target(), "Arn": "arn:aws:sqs:us-east-1:123456789012:queue"}},
        {"Target": {**target(), "Input": "not JSON"}},
        {"Target": target(f"arn:aws:iam::{ACCOUNT_ID}:role/emr-runtime-analyst")},
        {"Target": target(f"arn:aws:iam::{ACCOUNT_ID}:role/emr-pipeline-none")},
        {"State": "PAUSED"},
        {"StartDate": datetime.datetime(2030, 1, 2), "EndDate": datetime.datetime(2030, 1, 1)},
    ],
    ids=str,
)
def test_what_is_refused(scheduler, schedules, change):
    assert refused(schedules, name="refused", **change) == "ValidationException"
    assert refused(scheduler.get_schedule, Name="refused") == "ResourceNotFoundException"


def test_a_role_that_the_user_may_not_pass(schedules):
    call = {"Target": target(f"arn:aws:iam::{ACCOUNT_ID}:role/service-catalog-emr-launch")}
    assert refused(schedules, **call) == "AccessDeniedException"


def test_a_group_that_is_not_there(scheduler, schedules):
    assert refused(schedules, GroupName="others") == "ResourceNotFoundException"
    assert [item["Name"] for item in scheduler.list_schedule_groups()["ScheduleGroups"]] == ["default"]


def test_it_fires_now_and_starts_as_the_role(account, schedules):
    """There is no such application: that it says so shows that StartJobRun was reached, by the role."""
    schedules()
    status, execution = account.control("POST", "fire-schedule", {"name": "emr-pipeline-nightly"})
    assert status == 200 and execution["outcome"] == "ResourceNotFoundException", execution
    call = [item for item in account.control("GET", "calls")[1] if item["operation"] == "StartJobRun"][-1]
    assert f":assumed-role/{ROLE}/" in call["caller"] and call["outcome"] == "ResourceNotFoundException"
    assert executions(account, "emr-pipeline-nightly") == [execution]
    assert account.control("POST", "fire-schedule", {"name": "none"})[0] == 404


def test_the_role_may_not_start(account, schedules):
    client(account, "iam").put_role_policy(
        RoleName=ROLE, PolicyName="own", PolicyDocument=policy(allow("s3:*", "*"))
    )
    schedules()
    execution = account.control("POST", "fire-schedule", {"name": "emr-pipeline-nightly"})[1]
    assert execution["outcome"] == "AccessDeniedException" and execution["attempts"] == 1
    assert "emr-serverless:StartJobRun" in execution["message"]


def test_what_passes_is_tried_again(account, schedules):
    schedules(Target=target(RetryPolicy={"MaximumRetryAttempts": 1}))
    fault = {
        "service": "emr-serverless",
        "operation": "StartJobRun",
        "code": "ThrottlingException",
        "times": 1,
    }
    account.control("POST", "faults", fault)
    execution = account.control("POST", "fire-schedule", {"name": "emr-pipeline-nightly"})[1]
    assert (execution["attempts"], execution["outcome"]) == (2, "ResourceNotFoundException")
    account.control("POST", "faults", {**fault, "times": 2})
    execution = account.control("POST", "fire-schedule", {"name": "emr-pipeline-nightly"})[1]
    assert (execution["attempts"], execution["outcome"]) == (2, "ThrottlingException")


def test_it_fires_by_the_clock(account, schedules):
    """On the wall clock, without anybody's help."""
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
    schedules("soon", f"at({soon:%Y-%m-%dT%H:%M:%S})", ActionAfterCompletion="NONE")
    (execution,) = until(
        lambda: [item for item in executions(account, "soon") if item["outcome"] != "running"]
    )
    assert execution["scheduledTime"] == f"{soon:%Y-%m-%dT%H:%M:%SZ}"


def test_the_clock_is_put_forward(own_account):
    """In an account of its own: its clock stays where it was put."""
    own = own_account("--python", sys.executable)
    scheduler = own.client("scheduler", check=False)
    with role(own, ROLE, policy(allow(["emr-serverless:StartJobRun", "iam:PassRole"], "*")), TRUST):
        today = datetime.datetime.now(datetime.timezone.utc)
        once = today + datetime.timedelta(hours=30)
        common = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target()}
        scheduler.create_schedule(Name="daily", ScheduleExpression="cron(0 6 * * ? *)", **common)
        scheduler.create_schedule(Name="off", ScheduleExpression="rate(1 minute)", State="DISABLED", **common)
        scheduler.create_schedule(
            Name="once",
            ScheduleExpression=f"at({once:%Y-%m-%dT%H:%M:%S})",
            ActionAfterCompletion="DELETE",
            **common,
        )
        to = (today + datetime.timedelta(days=2)).replace(hour=7, minute=0)
        status, answer = own.control("POST", "schedule-clock", {"to": to.isoformat()})
        assert status == 200
        fired = executions(own, "daily")
        days = [item["scheduledTime"] for item in fired]
        assert (
            all(day.endswith("T06:00:00Z") for day in days)
            and len(days) in (2, 3)
            and len(set(days)) == len(days)
        )
        assert executions(own, "off") == []
        assert [item["Name"] for item in scheduler.list_schedules()["Schedules"]] == ["daily", "off"]
        assert len(answer["executions"]) == len(days) + 1
        # What was taken up is not taken up again.
        own.control("POST", "schedule-clock", {"to": to.isoformat()})
        assert len(executions(own, "daily")) == len(days)
        assert own.control("POST", "schedule-clock", {"to": "soon"})[0] == 400


#: Reads the days that its output has not yet, as a daily pipeline does.
SCRIPT = """
import sys
from pyspark.sql import SparkSession

source, target = sys.argv[1:3]
spark = SparkSession.builder.getOrCreate()
trades = spark.read.csv(source, header=True, inferSchema=True)
try:
    done = [row.date for row in spark.read.parquet(target).select("date").distinct().collect()]
except Exception as error:
    if "PATH_NOT_FOUND" not in str(error):
        raise
    done = []
new = trades.where(~trades.date.isin(done))
print("days:", sorted(str(row.date) for row in new.select("date").distinct().collect()))
new.groupBy("date", "symbol").sum("size").write.mode("append").parquet(target)
"""


@pytest.mark.skipif(
    not (Path(sys.prefix) / "share" / "jupyterlab-emr-local" / "s3").is_dir(),
    reason="the jars with which Spark reads S3 could not be fetched",
)
def test_a_schedule_runs_a_pipeline_over_new_data_only(own_account):
    own = own_account("--python", sys.executable)
    serverless, s3 = client(own, "emr-serverless"), client(own, "s3")
    data, artifacts = own.ready["buckets"]["data"], own.ready["buckets"]["artifacts"]
    s3.put_object(Bucket=artifacts, Key="pipelines/daily/daily.py", Body=SCRIPT.encode())
    application = serverless.create_application(name="daily", releaseLabel="emr-7.9.0", type="SPARK")[
        "applicationId"
    ]
    until(lambda: serverless.get_application(applicationId=application)["application"]["state"] == "CREATED")
    own_part = f"arn:aws:s3:::{data}/features/daily"
    document = policy(
        allow("s3:GetObject", [f"arn:aws:s3:::{data}/trades", f"arn:aws:s3:::{data}/trades/*"]),
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [own_part, f"{own_part}/*"]),
        allow(
            "s3:ListBucket",
            f"arn:aws:s3:::{data}",
            Condition={
                "StringLike": {"s3:prefix": ["trades", "trades/*", "features/daily", "features/daily/*"]}
            },
        ),
        allow("s3:GetObject", f"arn:aws:s3:::{artifacts}/pipelines/daily/*"),
        allow("s3:PutObject", f"arn:aws:s3:::{artifacts}/logs/*"),
        allow(
            "emr-serverless:StartJobRun",
            f"arn:aws:emr-serverless:us-east-1:{ACCOUNT_ID}:/applications/{application}",
        ),
        allow("iam:PassRole", ROLE_ARN),
    )
    services = trust({"Service": ["scheduler.amazonaws.com", "emr-serverless.amazonaws.com"]})
    run = {
        "ApplicationId": application,
        "ExecutionRoleArn": ROLE_ARN,
        "Name": "daily <aws.scheduler.scheduled-time>",
        "JobDriver": {
            "SparkSubmit": {
                "EntryPoint": f"s3://{artifacts}/pipelines/daily/daily.py",
                "EntryPointArguments": [f"s3://{data}/trades/", f"s3://{data}/features/daily/"],
                "SparkSubmitParameters": "--conf spark.executor.instances=1 --conf spark.executor.cores=1"
                " --conf spark.executor.memory=1g --conf spark.driver.cores=1 --conf spark.driver.memory=1g",
            }
        },
        "ConfigurationOverrides": {
            "MonitoringConfiguration": {"S3MonitoringConfiguration": {"LogUri": f"s3://{artifacts}/logs/"}}
        },
    }

    def fire() -> str:
        """Fire the schedule; answers what the driver printed when the run has succeeded."""
        execution = own.control("POST", "fire-schedule", {"name": "daily"})[1]
        assert execution["outcome"] == "ok", execution
        started = execution["answer"]

        def ended():
            found = serverless.get_job_run(applicationId=application, jobRunId=started["jobRunId"])["jobRun"]
            return found if found["state"] in ("SUCCESS", "FAILED", "CANCELLED") else None

        found = until(ended, 180)
        assert found["state"] == "SUCCESS", found["stateDetails"]
        assert found["name"] == f"daily {execution['scheduledTime']}" and ROLE in found["createdBy"]
        key = f"logs/applications/{application}/jobs/{started['jobRunId']}/SPARK_DRIVER/stdout.gz"
        body = until(lambda: read(s3, artifacts, key))
        return gzip.decompress(body).decode()

    with role(own, ROLE, document, services):
        own.client("scheduler", check=False).create_schedule(
            Name="daily",
            ScheduleExpression="cron(0 6 * * ? *)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": TARGET, "RoleArn": ROLE_ARN, "Input": json.dumps(run)},
        )
        days = {
            item["Key"].split("=")[1].split("/")[0]
            for item in s3.list_objects_v2(Bucket=data, Prefix="trades/")["Contents"]
        }
        assert f"days: {sorted(days)}" in fire()
        new = own.control("POST", "next-day")[1]["date"]
        assert f"days: {[new]}" in fire()


def read(s3, bucket: str, key: str) -> bytes | None:
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
