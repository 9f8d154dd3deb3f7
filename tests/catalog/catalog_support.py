"""boto3 beside the catalogue."""

from __future__ import annotations

import boto3


def as_role(account: dict, arn: str | None):
    """boto3 clients of a role, or of the user."""
    env = account["env"]
    own = {
        "aws_access_key_id": env["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": env["AWS_SECRET_ACCESS_KEY"],
        "region_name": account["region"],
        "endpoint_url": account["endpoint"],
    }
    keys = own
    if arn is not None:
        given = boto3.client("sts", **own).assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        keys = {
            **own,
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
    return lambda service: boto3.client(service, **keys)


def pages(ask, result: str, **request) -> list[dict]:
    found: list[dict] = []
    token: dict[str, str] = {}
    while True:
        answer = ask(**request, **token)
        found += answer[result]
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}
