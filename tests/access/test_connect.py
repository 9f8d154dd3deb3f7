"""The peer's connect line and the ways in that it knows: secrets, another account's role, certificates."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from conftest import run_cluster
from harness import Account

sys.path.append(str(Path(__file__).parent.parent / "reattach"))

from page import Page

#: Stands in every secret that the local account makes.
MARK = "emrlocalsecret"


def report(result) -> dict:
    """The one JSON line that ends `%sm_analytics … connect`."""
    lines = [line for line in result.text.splitlines() if line.startswith('{"namespace"')]
    assert len(lines) == 1, result.text
    return json.loads(lines[0])


def secret_of(aws: Account, name: str, value: str) -> str:
    return aws.client("secretsmanager").create_secret(Name=name, SecretString=value)["ARN"]


def test_user_and_password_from_a_secret(notebook, aws: Account, ldap_cluster: str) -> None:
    book = notebook()
    line = f"%sm_analytics emr connect --cluster-id {ldap_cluster} --auth-type Basic_Access --secret emr/livy-user"
    connected = book.ok(line)
    assert report(connected) == {
        "namespace": "sagemaker-analytics",
        "cluster_id": ldap_cluster,
        "error_message": None,
        "success": True,
        "service": "emr",
        "operation": "connect",
    }
    assert book.ok("40 + 2").text == "42"
    owner = next(one["owner"] for one in aws.control("GET", "sessions") if one["clusterId"] == ldap_cluster)
    assert owner == "livy-user"
    assert MARK not in "".join(book.seen)


def test_secrets_that_cannot_be_used(notebook, aws: Account, ldap_cluster: str) -> None:
    book = notebook()
    arn = secret_of(aws, "emr/half", '{"username": "livy-user", "passwort": "hush-hush"}')
    secret_of(aws, "emr/text", "livy-user hush-hush")
    secret_of(aws, "emr/wrong", '{"username": "livy-user", "password": "hush-hush"}')
    connect = f"%sm_analytics emr connect --cluster-id {ldap_cluster} --auth-type Basic_Access --secret"
    for secret, words in {
        "emr/none": 'There is no secret "emr/none"',
        arn: 'it has no "password"',
        "emr/text": "it is not JSON",
        "emr/wrong": "did not accept the credentials",
    }.items():
        failed = book.run(f"{connect} {secret}")
        assert words in failed.error
        told = report(failed)
        assert told["success"] is False and words in told["error_message"], told
    aws.control(
        "POST",
        "faults",
        {"service": "secretsmanager", "operation": "GetSecretValue", "code": "AccessDeniedException"},
    )
    assert (
        "allow secretsmanager:GetSecretValue on emr/livy-user" in book.run(f"{connect} emr/livy-user").error
    )
    assert "hush-hush" not in "".join(book.seen)
    assert not [
        one
        for one in aws.control("GET", "sessions")
        if one["clusterId"] == ldap_cluster and one["state"] == "idle"
    ]


def test_nobody_there_to_type_a_password(notebook, ldap_cluster: str) -> None:
    """`allow_stdin` is false: the cell fails at once and says what helps."""
    book = notebook()
    failed = book.run(
        f"%sm_analytics emr connect --cluster-id {ldap_cluster} --auth-type Basic_Access", timeout=30
    )
    assert "nobody is there to answer" in failed.error and "--secret" in failed.error
    failed = book.run(f"%sm_analytics emr connect --cluster-id {ldap_cluster} --auth-type None")
    assert "authenticates by LDAP" in failed.error


def test_another_accounts_role_is_assumed_once(notebook, aws: Account, cluster: str) -> None:
    book = notebook()
    role = aws.roles["engineer"]
    aws.control("DELETE", "calls")
    book.ok(
        f"%sm_analytics emr join --cluster-id {cluster} --auth-type Basic_Access --language python "
        f"--execution-role-arn {aws.roles['analyst']} --assumable-role-arn {role}"
    )
    book.ok("1 + 1")
    aws.control("POST", "expire-credentials", {"clusterId": cluster})
    book.ok("2 + 2")
    calls = aws.control("GET", "calls")
    assert [one["operation"] for one in calls].count("AssumeRole") == 1
    assert [one["operation"] for one in calls].count("GetClusterSessionCredentials") >= 2
    asked = {one["caller"] for one in calls if one["service"] == "emr"}
    [caller] = asked
    assert caller.startswith("arn:aws:sts::123456789012:assumed-role/emr-runtime-engineer/jupyterlab-emr-")
    denied = book.run(
        f"%sm_analytics emr connect --cluster-id {cluster} --auth-type Basic_Access "
        f"--emr-execution-role-arn {aws.roles['analyst']} --assumable-role-arn {aws.roles['denied']}"
    )
    assert f"allow sts:AssumeRole on {aws.roles['denied']}" in denied.error


def test_a_cluster_that_asks_nobody_who_he_is(notebook, aws: Account) -> None:
    """`None`: no credentials are asked for, and the same line once more changes nothing."""
    cluster = run_cluster(aws, "open", {}, "emr-encryption-only")
    book = notebook()
    aws.control("DELETE", "calls")
    line = f"%sm_analytics emr connect --cluster-id {cluster} --auth-type None --language python"
    assert report(book.ok(line))["success"] is True
    book.ok("kept = 40 + 2")
    assert "GetClusterSessionCredentials" not in {one["operation"] for one in aws.control("GET", "calls")}
    book.ok(line)
    assert book.ok("kept").text == "42"
    other = book.run(line.replace("None", "Kerberos")).error
    assert "WrongAuthType" in other and "has no Kerberos" in other


def test_certificates(notebook, aws: Account, cluster: str, tmp_path) -> None:
    book = notebook()
    connect = (
        f"%sm_analytics emr connect --cluster-id {cluster} --auth-type Basic_Access "
        f"--emr-execution-role-arn {aws.roles['analyst']}"
    )
    assert "there is no such file" in book.run(f"{connect} --verify-certificate {tmp_path}/no.pem").error
    other = tmp_path / "other.pem"
    other.write_text(OTHER_CA)
    failed = book.run(f"{connect} --verify-certificate {other}")
    assert "not signed by an authority that this host trusts" in failed.error
    assert "--verify-certificate False" in failed.error
    unverified = book.ok(f"{connect} --verify-certificate False")
    assert "NOT verified" in unverified.text
    # The page's "Start Session Anew" says nothing of it: it stays as this notebook was told.
    page = Page(book.manager)
    role = aws.roles["analyst"]
    before = page.status["sessionId"]
    anew = page.call("session.connect", clusterId=cluster, runtimeRole=role, fresh=True)
    page.close()
    assert (anew["state"], anew["tlsVerified"]) == ("idle", False) and anew["sessionId"] != before


#: An authority that signed nothing.
OTHER_CA = """-----BEGIN CERTIFICATE-----
MIIBnzCCAUWgAwIBAgIUKGDO55jqw6stlF4UbmtShng9YB4wCgYIKoZIzj0EAwIw
JDEiMCAGA1UEAwwZU29tZWJvZHkgZWxzZSdzIGF1dGhvcml0eTAgFw0yNjExMjIx
MzUyMjZaGA8yMTI2MTAyOTEzNTIyNlowJDEiMCAGA1UEAwwZU29tZWJvZHkgZWxz
ZSdzIGF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFMnxkzHWefG
KOxljsI/Yl1BFYsVx8TmPW3r47ibjRVgYc88aPwmBPxdmMYBvkF+G81pnwJZKGRw
1MNgohCI/0WjUzBRMB0GA1UdDgQWBBQYmKnGq6Pf/Zj6CoM1cXrBMUhH/zAfBgNV
HSMEGDAWgBQYmKnGq6Pf/Zj6CoM1cXrBMUhH/zAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIEnCuqyI3HM4GHeB6V+eKwBovpYa8W7zbZJ8BjN4TIg3
AiEA+s2+659EPhRMAQt+IMpCL8KOmlRhG4DMG1iUZX0OyLI=
-----END CERTIFICATE-----
"""
