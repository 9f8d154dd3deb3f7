"""EMR Serverless' applications as boto3 sees them."""

from __future__ import annotations

import pytest
from account_support import wait_for
from botocore.exceptions import ClientError, ParamValidationError
from serverless_support import code, create, make, message, state_of

ALL = ["CREATING", "CREATED", "STARTING", "STARTED", "STOPPING", "STOPPED", "TERMINATED"]


@pytest.fixture
def serverless(account):
    return account.client("emr-serverless")


def test_an_application_keeps_what_it_was_made_with(serverless):
    given = {
        "name": "prices/daily#1",
        "architecture": "ARM64",
        "maximumCapacity": {"cpu": "16 vCPU", "memory": "64 GB", "disk": "200 GB"},
        "initialCapacity": {
            "Driver": {"workerCount": 1, "workerConfiguration": {"cpu": "2 vCPU", "memory": "4 GB"}}
        },
        "autoStartConfiguration": {"enabled": False},
        "autoStopConfiguration": {"enabled": True, "idleTimeoutMinutes": 7},
        "interactiveConfiguration": {"studioEnabled": False, "livyEndpointEnabled": True},
        "networkConfiguration": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "s3://logs/here/"}},
        "schedulerConfiguration": {"queueTimeoutMinutes": 30, "maxConcurrentRuns": 2},
        "runtimeConfiguration": [{"classification": "spark-defaults", "properties": {"spark.a": "b"}}],
        "tags": {"jupyterlab-emr:pipeline": "prices"},
    }
    made = create(serverless, **given)
    assert made["name"] == given["name"]
    found = serverless.get_application(applicationId=made["applicationId"])["application"]
    assert {key: found[key] for key in given} == given
    assert (found["type"], found["releaseLabel"], found["arn"]) == ("Spark", "emr-7.9.0", made["arn"])


def test_a_custom_image_is_recorded_with_its_digest(serverless):
    uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/spark:1"
    made = create(serverless, imageConfiguration={"imageUri": uri})
    image = serverless.get_application(applicationId=made["applicationId"])["application"][
        "imageConfiguration"
    ]
    assert image["imageUri"] == uri
    assert image["resolvedImageDigest"].startswith("sha256:")


def test_the_same_token_makes_one_application_and_another_request_is_refused(serverless):
    first = create(serverless, name="token", clientToken="once-1")
    assert create(serverless, name="token", clientToken="once-1")["applicationId"] == first["applicationId"]
    with pytest.raises(ClientError) as refused:
        create(serverless, name="other", clientToken="once-1")
    assert code(refused) == "ConflictException"
    assert first["applicationId"] in {
        item["id"]
        for item in serverless.get_paginator("list_applications").paginate().search("applications[]")
        if item.get("name") == "token"
    }


def test_states_from_the_beginning_to_the_end(serverless):
    application = make(serverless)
    with pytest.raises(ClientError) as refused:
        serverless.delete_application(applicationId=start(serverless, application))
    assert code(refused) == "ValidationException"
    with pytest.raises(ClientError) as refused:
        serverless.update_application(applicationId=application, architecture="ARM64")
    assert "CREATED or STOPPED" in message(refused)
    serverless.start_application(applicationId=application)  # it runs already: nothing to say
    serverless.stop_application(applicationId=application)
    wait_for(lambda: state_of(serverless, application) == "STOPPED", "STOPPED")
    changed = serverless.update_application(
        applicationId=application,
        maximumCapacity={"cpu": "8 vCPU", "memory": "32 GB"},
        architecture="ARM64",
    )["application"]
    assert (changed["maximumCapacity"]["cpu"], changed["architecture"]) == ("8 vCPU", "ARM64")
    serverless.delete_application(applicationId=application)
    assert state_of(serverless, application) == "TERMINATED"
    with pytest.raises(ClientError) as refused:
        serverless.start_application(applicationId=application)
    assert code(refused) == "ValidationException"
    listed = serverless.get_paginator("list_applications").paginate(states=["TERMINATED"])
    assert application in [item["id"] for item in listed.search("applications[]")]


def start(serverless, application: str) -> str:
    serverless.start_application(applicationId=application)
    wait_for(lambda: state_of(serverless, application) == "STARTED", "STARTED")
    return application


def test_it_stops_by_itself(serverless):
    application = make(serverless, autoStopConfiguration={"enabled": True, "idleTimeoutMinutes": 1})
    start(serverless, application)
    wait_for(lambda: state_of(serverless, application) == "STOPPED", "STOPPED after it was idle")


def test_pages(serverless):
    made = {create(serverless, name=f"page-{number}")["applicationId"] for number in range(5)}
    first = serverless.list_applications(maxResults=2)
    assert len(first["applications"]) == 2
    second = serverless.list_applications(maxResults=2, nextToken=first["nextToken"])
    assert not {item["id"] for item in first["applications"]} & {
        item["id"] for item in second["applications"]
    }
    everything = serverless.get_paginator("list_applications").paginate(states=ALL)
    assert made <= {item["id"] for item in everything.search("applications[]")}
    with pytest.raises(ClientError) as refused:
        serverless.list_applications(nextToken="nonsense")
    assert code(refused) == "ValidationException"


def test_tags(serverless):
    arn = create(serverless, tags={"a": "1", "b": "2"})["arn"]
    serverless.tag_resource(resourceArn=arn, tags={"b": "two words", "c": "x:y/z=@"})
    serverless.untag_resource(resourceArn=arn, tagKeys=["a", "nothing"])
    assert serverless.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "two words", "c": "x:y/z=@"}
    with pytest.raises(ClientError) as refused:
        serverless.list_tags_for_resource(resourceArn=arn + "0")
    assert code(refused) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as refused:
        serverless.tag_resource(resourceArn=arn, tags={"bad;key": "1"})
    assert code(refused) == "ValidationException"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"releaseLabel": "emr-9.9.9"}, "emr-9.9.9"),
        ({"type": "FLINK"}, "FLINK"),
        ({"name": "no blanks"}, "name"),
        ({"clientToken": "no blanks"}, "clientToken"),
        ({"maximumCapacity": {"cpu": "0 vCPU", "memory": "1 GB"}}, "maximumCapacity.cpu"),
        ({"autoStopConfiguration": {"enabled": True, "idleTimeoutMinutes": 100_000}}, "idleTimeoutMinutes"),
        ({"releaseLabel": "emr-6.15.0", "schedulerConfiguration": {"maxConcurrentRuns": 3}}, "scheduler"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named(serverless, given, says):
    with pytest.raises(ClientError) as refused:
        create(serverless, **given)
    assert code(refused) == "ValidationException"
    assert says in message(refused)


def test_what_there_is_not(serverless):
    for ask in (
        lambda: serverless.get_application(applicationId="00f0000000000000"),
        lambda: serverless.get_job_run(applicationId=make(serverless), jobRunId="00f0000000000000"),
        lambda: serverless.get_dashboard_for_job_run(applicationId=make(serverless), jobRunId="00f0"),
        lambda: serverless.list_job_runs(applicationId="00f0000000000000"),
    ):
        with pytest.raises(ClientError) as refused:
            ask()
        # The model of ListJobRuns has no ResourceNotFoundException.
        assert code(refused) in ("ResourceNotFoundException", "ValidationException")


def test_regions_have_their_own(account):
    here, there = (
        account.client("emr-serverless", region_name=region) for region in ("us-east-1", "eu-west-1")
    )
    application = make(here)
    with pytest.raises(ClientError):
        there.get_application(applicationId=application)


def test_a_wrong_key_is_nobody(account):
    stranger = account.client("emr-serverless", aws_secret_access_key="wrong")
    with pytest.raises(ClientError) as refused:
        stranger.list_applications()
    assert code(refused) == "InvalidSignatureException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_fault_is_answered_once(account, serverless):
    fault = {"service": "emr-serverless", "operation": "ListApplications", "code": "ThrottlingException"}
    assert account.control("POST", "faults", {**fault, "message": "Rate exceeded"})[0] == 200
    with pytest.raises(ClientError) as refused:
        serverless.list_applications()
    assert code(refused) == "ThrottlingException"
    serverless.list_applications()


@pytest.mark.parametrize(
    "given",
    [
        {"executionRoleArn": "arn:aws:s3:::bucket/not-a-role"},
        {"jobDriver": {"sparkSubmit": {"entryPoint": " "}}},
        {"jobDriver": {"hive": {"query": "select 1"}}},
        {"retryPolicy": {"maxAttempts": 11}},
        {"name": " "},
    ],
    ids=lambda given: next(iter(given)),
)
def test_a_job_run_is_looked_at_before_it_is_made(account, serverless, given):
    application = make(serverless)
    request = {
        "applicationId": application,
        "executionRoleArn": account.roles["analyst"],
        "jobDriver": {"sparkSubmit": {"entryPoint": "s3://bucket/script.py"}},
        **given,
    }
    with pytest.raises((ClientError, ParamValidationError)) as refused:
        serverless.start_job_run(**request)
    assert code(refused) == "ValidationException"
    assert serverless.list_job_runs(applicationId=application)["jobRuns"] == []


def test_a_job_run_needs_an_application_that_starts(account, serverless):
    application = make(serverless, autoStartConfiguration={"enabled": False})
    with pytest.raises(ClientError) as refused:
        serverless.start_job_run(
            applicationId=application,
            executionRoleArn=account.roles["analyst"],
            jobDriver={"sparkSubmit": {"entryPoint": "s3://bucket/script.py"}},
        )
    assert "does not start automatically" in message(refused)


def test_the_restricted_role_may_not_be_passed(account, serverless):
    with pytest.raises(ClientError) as refused:
        serverless.start_job_run(
            applicationId=make(serverless),
            executionRoleArn=account.roles["denied"],
            jobDriver={"sparkSubmit": {"entryPoint": "s3://bucket/script.py"}},
        )
    assert code(refused) == "AccessDeniedException"
    assert "iam:PassRole" in message(refused)
