"""Clients and roles for the tests of S3, IAM and the scheduler."""

from __future__ import annotations

import contextlib
import json
import time

from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT_ID = "123456789012"
#: moto's answers are moto's: they are not held against the models here.
PATH_STYLE = Config(
    signature_version="s3v4", s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}
)


def client(account, service: str, keys: dict | None = None):
    """A client with the user's keys, or with those that STS gave."""
    given = (
        {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
        if keys
        else {}
    )
    return account.client(service, check=False, config=PATH_STYLE, **given)


def as_role(account, arn: str, service: str = "s3", **options):
    sts = client(account, "sts")
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="a-test", **options)["Credentials"]
    return client(account, service, keys)


def trust(principal: dict, condition: dict | None = None) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}
    )


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(actions, resources, **more) -> dict:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


#: One whom the account's user may be.
BY_THE_USER = trust({"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"})


@contextlib.contextmanager
def role(account, name: str, document: str | None = None, trusting: str = BY_THE_USER, **options):
    """A role with one inline policy; it is deleted after. Answers its ARN."""
    iam = client(account, "iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting, **options)["Role"]["Arn"]
    try:
        if document:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
        yield arn
    finally:
        for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=inline)
        iam.delete_role(RoleName=name)


def refused(call, **arguments) -> str:
    """The code of the error that a call ends with."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("it was allowed")


def until(check, seconds: float = 60.0):
    """Ask until the answer is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = check()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError("not in time")
