"""The generated role under a real Spark: what it asks of S3 is measured, and each permission is taken away once."""

from __future__ import annotations

import fnmatch

import pytest
from conftest import Deployed

#: S3A looks at the folders above what it writes; that it may not is no matter to it: they are as good as not there.
ABOVE = {
    "s3:GetObject arn:aws:s3:::policy-research/deep",
    "s3:GetObject arn:aws:s3:::policy-research/deep/features",
    "s3:ListBucket arn:aws:s3:::policy-research deep/",
    "s3:ListBucket arn:aws:s3:::policy-research deep/features/",
}


def allows(policy: dict, need: str) -> bool:
    """IAM's matching, as far as these policies go: need is `ACTION RESOURCE` or `ACTION RESOURCE PREFIX`."""
    action, resource, *prefix = need.split(" ")
    for statement in policy["Statement"]:
        prefixes = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", ["*"])
        if (
            action in statement["Action"]
            and any(fnmatch.fnmatchcase(resource, one) for one in statement["Resource"])
            and (not prefix or any(fnmatch.fnmatchcase(prefix[0], one) for one in prefixes))
        ):
            return True
    return False


def test_the_run_asks_for_what_the_policy_allows_and_for_all_of_its_actions(deployed: Deployed) -> None:
    deployed.calls("DELETE")
    state, details = deployed.run()
    assert state == "SUCCESS", details
    calls = deployed.calls()
    needs = {need for call in calls for need in call["needs"]}
    assert {need for need in needs if not allows(deployed.policy, need)} == ABOVE
    asked = {need.split(" ")[0] for need in needs}
    granted = {action for statement in deployed.policy["Statement"] for action in statement["Action"]}
    # The end of an upload that failed is not seen in a run that goes well.
    assert granted - asked == {"s3:AbortMultipartUpload"}
    for statement in deployed.policy["Statement"]:
        for resource in statement["Resource"]:
            assert any(fnmatch.fnmatchcase(need.split(" ")[1], resource) for need in needs), resource


@pytest.mark.parametrize(
    ("sid", "action"),
    [
        ("Artifacts", "s3:GetObject"),
        ("Input0Read", "s3:GetObject"),
        ("Input0List", "s3:ListBucket"),
        ("Output0List", "s3:ListBucket"),
        ("Output0Write", "s3:PutObject"),
        ("Output0Write", "s3:DeleteObject"),
    ],
)
def test_without_one_permission_the_run_fails_for_it(
    deployed: Deployed, whole_policy: dict, sid: str, action: str
) -> None:
    for statement in whole_policy["Statement"]:
        if statement["Sid"] == sid:
            statement["Action"] = [one for one in statement["Action"] if one != action]
    whole_policy["Statement"] = [statement for statement in whole_policy["Statement"] if statement["Action"]]
    deployed.set_policy(whole_policy)
    deployed.calls("DELETE")
    state, details = deployed.run()
    refused = {
        need.split(" ")[0]
        for call in deployed.calls()
        if call["outcome"] == "AccessDenied"
        for need in call["needs"]
        if not allows(whole_policy, need) and need not in ABOVE
    }
    assert state == "FAILED", details
    assert refused <= {action}, details


@pytest.mark.parametrize(
    "arguments",
    [
        {"input": "s3://policy-market/raw/quotes-2/"},
        {"output": "s3://policy-market/raw/quotes/"},
    ],
    ids=["a prefix that begins the same", "writing to the input"],
)
def test_the_neighbours_are_refused(deployed: Deployed, arguments: dict) -> None:
    before = deployed.names("policy-market")
    deployed.calls("DELETE")
    state, details = deployed.run(**arguments)
    assert state == "FAILED", details
    refused = {
        need for call in deployed.calls() for need in call["needs"] if not allows(deployed.policy, need)
    }
    assert any("policy-market" in need for need in refused), refused
    assert deployed.names("policy-market") == before
