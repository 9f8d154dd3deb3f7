"""Users, roles and policies: moto keeps them, the account evaluates them."""

import json

from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends


def make(start):
    """Users and roles that are there from the beginning, with inline policies; documents are JSON texts."""
    iam = iam_backends[start["accountId"]]["aws"]
    for user in start["users"]:
        iam.create_user(region_name=start["region"], user_name=user["name"], path="/", tags=[])
        for name, document in user["policies"].items():
            iam.put_user_policy(user["name"], name, document)
    for policy in start["policies"]:
        iam.create_policy("", "/", policy["document"], policy["name"], [])
    for role in start["roles"]:
        iam.create_role(role["name"], role["trust"], "/", None, role["description"], [], "43200")
        for name, document in role["policies"].items():
            iam.put_role_policy(role["name"], name, document)


def snapshot(account_id):
    """Everything that decides who may do what."""
    iam = iam_backends[account_id]["aws"]
    return {
        "users": {user.name: _user(iam, user) for user in iam.users.values()},
        "roles": {role.name: _role(iam, role) for role in iam.get_roles()},
        "buckets": {
            bucket.name: {
                "region": bucket.region_name,
                "policy": bucket.policy and json.loads(bucket.policy),
                "key": _bucket_key(bucket),
            }
            for bucket in s3_backends[account_id]["aws"].buckets.values()
        },
        "keys": {
            key.arn: {"policy": json.loads(key.policy), "aliases": sorted(key.aliases)}
            for backend in kms_backends[account_id].values()
            for key in backend.keys.values()
        },
    }


def _role(iam, role):
    boundary = (
        iam.managed_policies.get(role.permissions_boundary_arn) if role.permissions_boundary_arn else None
    )
    return {
        "arn": role.arn,
        "id": role.id,
        "trust": _document(role.assume_role_policy_document),
        "policies": [
            *({"name": name, "document": _document(text)} for name, text in role.policies.items()),
            *(_managed(policy) for policy in role.managed_policies.values()),
        ],
        "tags": {tag["Key"]: tag["Value"] for tag in role.tags},
        # A boundary that is not there allows nothing, as on AWS.
        "boundary": None
        if not role.permissions_boundary_arn
        else _managed(boundary)
        if boundary
        else {"name": role.permissions_boundary_arn, "document": {"Version": "2012-10-17", "Statement": []}},
        "maxSeconds": int(role.max_session_duration or 3600),
    }


def _user(iam, user):
    groups = iam.get_groups_for_user(user.name)
    inline = {
        **user.policies,
        **{f"{group.name}/{name}": text for group in groups for name, text in group.policies.items()},
    }
    managed = [policy for owner in (user, *groups) for policy in owner.managed_policies.values()]
    return {
        "arn": user.arn,
        "id": user.id,
        "policies": [
            *({"name": name, "document": _document(text)} for name, text in inline.items()),
            *(_managed(policy) for policy in managed),
        ],
    }


def _managed(policy):
    version = next(version for version in policy.versions if version.is_default)
    return {"name": policy.name, "document": _document(version.document)}


def _document(value):
    return json.loads(value) if isinstance(value, str) else value


def _bucket_key(bucket):
    """The key that the bucket encrypts with unless the request names another; none: S3's own."""
    rule = (bucket.encryption or {}).get("Rule", {})
    return (
        (rule[0] if isinstance(rule, list) else rule)
        .get("ApplyServerSideEncryptionByDefault", {})
        .get("KMSMasterKeyID")
    )
