"""Wrong input: each kind gives one clear message that says what to do, as a cell error."""

from __future__ import annotations

import json
import os
import re

import pytest
from harness import Account, Notebook


@pytest.fixture(scope="module")
def book(account: dict):
    one = Notebook()
    yield one
    one.close()


def connect(cluster: str, role: str, *more: str) -> str:
    return " ".join([f"%emr connect --cluster-id {cluster} --runtime-role {role}", *more])


def test_unknown_cluster(book: Notebook, aws: Account) -> None:
    error = book.run(connect("j-DOESNOTEXIST0", aws.roles["analyst"])).error
    assert "j-DOESNOTEXIST0" in error
    assert re.search("%emr clusters", error), error


def test_malformed_cluster_id(book: Notebook, aws: Account) -> None:
    error = book.run(connect("my-cluster", aws.roles["analyst"])).error
    assert "my-cluster" in error
    assert "j-" in error


def test_bad_arn(book: Notebook, cluster: str) -> None:
    error = book.run(connect(cluster, "analyst")).error
    assert "analyst" in error
    assert "arn:" in error


def test_denied_role(book: Notebook, aws: Account, cluster: str) -> None:
    error = book.run(connect(cluster, aws.roles["denied"])).error
    assert aws.roles["denied"] in error
    assert re.search("(?i)denied|not (allowed|authorized)", error)
    assert "Username" not in error


def test_terminated_cluster(book: Notebook, aws: Account) -> None:
    gone = aws.provision(aws.answer["products"][0]["productId"], "gone")
    aws.client("emr").terminate_job_flows(JobFlowIds=[gone])
    aws.wait_for_state(gone, "TERMINATED")
    error = book.run(connect(gone, aws.roles["analyst"])).error
    assert gone in error
    assert re.search("(?i)terminated", error)
    assert re.search("%emr (provision|clusters)", error)


def test_cluster_without_runtime_roles(book: Notebook, aws: Account) -> None:
    product = next(
        number
        for name, number in aws.products.items()
        if re.search("(?i)without runtime roles|no runtime", name)
    )
    plain = aws.provision(product, "plain")
    error = book.run(connect(plain, aws.roles["analyst"])).error
    assert re.search("(?i)runtime roles?", error)
    assert plain in error


def test_self_signed_certificate(notebook, aws: Account, cluster: str, tmp_path) -> None:
    """Without the account's CA the endpoint's certificate is nobody's; nothing is sent to it."""
    site = tmp_path / "site.json"
    site.write_text(json.dumps({"region": aws.answer["region"]}))
    book = notebook(env={"JUPYTERLAB_EMR_CONFIG": str(site)})
    error = book.run(connect(cluster, aws.roles["analyst"])).error
    assert re.search("(?i)certificate", error)
    assert "--ca-bundle" in error
    assert book.ok(connect(cluster, aws.roles["analyst"], "--ca-bundle", aws.answer["ca"])).status == "ok"


def test_unverified_certificate_is_said(notebook, aws: Account, cluster: str, tmp_path) -> None:
    site = tmp_path / "site.json"
    site.write_text(json.dumps({"region": aws.answer["region"]}))
    book = notebook(env={"JUPYTERLAB_EMR_CONFIG": str(site)})
    text = book.ok(connect(cluster, aws.roles["analyst"], "--verify-certificate", "False")).text
    assert re.search("(?i)not verified|unverified|verification is off", text), text


def test_missing_ca_bundle(book: Notebook, aws: Account, cluster: str) -> None:
    error = book.run(connect(cluster, aws.roles["analyst"], "--ca-bundle", "/nowhere/ca.pem")).error
    assert "/nowhere/ca.pem" in error


def test_unknown_option_names_the_nearest(book: Notebook, cluster: str) -> None:
    error = book.run(f"%emr connect --cluster {cluster}").error
    assert "--cluster-id" in error


def test_bad_form_value_names_parameter_value_and_rule(book: Notebook, aws: Account) -> None:
    error = book.run(
        f"%emr provision bad --product {aws.answer['products'][0]['productId']} --param CoreNodes=9999"
    ).error
    assert "CoreNodes" in error
    assert "9999" in error


def test_product_that_fails_half_way_says_the_true_reason(book: Notebook, aws: Account) -> None:
    product = next(number for name, number in aws.products.items() if re.search("(?i)fail|broken", name))
    error = book.run(f"%emr provision halfway --product {product}").error
    assert re.search("(?i)bootstrap", error), error
    assert re.search("%emr terminate", error), error


def test_no_credentials(notebook, cluster: str, aws: Account) -> None:
    book = notebook(
        env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": os.devnull, "AWS_PROFILE": ""}
    )
    error = book.run(connect(cluster, aws.roles["analyst"])).error
    assert re.search("(?i)credentials", error)


def test_cell_without_a_binding_says_how_to_bind(notebook) -> None:
    assert "%emr connect" in notebook().run("1 + 1").error


def test_expired_credentials_are_renewed(notebook, aws: Account, cluster: str) -> None:
    """Credentials that end early do not end the session: one renewal, the variables still there."""
    book = notebook()
    book.ok(connect(cluster, aws.roles["analyst"]))
    book.ok("kept = 'still here'")
    aws.control("POST", "expire-credentials", {"clusterId": cluster})
    assert "still here" in book.ok("kept").text


def test_expired_credentials_that_cannot_be_renewed(notebook, aws: Account, cluster: str) -> None:
    book = notebook()
    book.ok(connect(cluster, aws.roles["analyst"]))
    fault = {
        "service": "emr",
        "operation": "GetClusterSessionCredentials",
        "code": "AccessDeniedException",
        "message": "the role was taken away",
        "status": 400,
        "times": 20,
    }
    aws.control("POST", "faults", fault)
    try:
        aws.control("POST", "expire-credentials", {"clusterId": cluster})
        error = book.run("1 + 1").error
        assert re.search("(?i)credentials", error)
        assert re.search("%emr connect|connect", error)
    finally:
        aws.control("DELETE", "faults")


def test_sm_analytics_prints_its_json_line(notebook, aws: Account, cluster: str) -> None:
    book = notebook()
    book.ok("%load_ext sagemaker_studio_analytics_extension.magics")
    line = (
        f"%sm_analytics emr connect --cluster-id {cluster} --auth-type Basic_Access --language python "
        f"--emr-execution-role-arn {{role}} --verify-certificate {aws.answer['ca']}"
    )
    failed = book.run(line.format(role=aws.roles["denied"]))
    assert failed.status == "error"
    assert last_json(failed.text)["success"] is False
    answer = last_json(book.ok(line.format(role=aws.roles["analyst"])).text)
    assert answer["namespace"] == "sagemaker-analytics"
    assert answer["cluster_id"] == cluster
    assert answer["success"] is True
    assert (answer["service"], answer["operation"]) == ("emr", "connect")
    assert "2" in book.ok("1 + 1").text


def last_json(text: str) -> dict:
    """The JSON line that tools parse."""
    return json.loads(next(line for line in reversed(text.splitlines()) if line.startswith('{"namespace"')))
