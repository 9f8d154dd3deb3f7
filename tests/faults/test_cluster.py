"""What AWS does to a cell: credentials that end, a cluster that ends."""

from __future__ import annotations

import re

from conftest import MakeNotebook
from harness import Account
from support import Beside, connect, issued, own_session


def test_credentials_that_expire_mid_statement(
    aws: Account, cluster: str, make_notebook: MakeNotebook
) -> None:
    """All of them at once, early: Livy says 401, one asks for others, the session is kept and the result comes."""
    book = make_notebook(site=None, env=aws.answer["env"])
    session = connect(book, aws, cluster)
    before = issued(aws)
    cell = Beside(book, "import time; time.sleep(4); 'delivered'").wait_running()
    aws.control("POST", "expire-credentials", {"clusterId": cluster})
    result = cell.result()
    assert result.status == "ok", result.error
    assert "'delivered'" in result.text
    assert issued(aws) == before + 1
    assert own_session(book) == session
    book.ok("%emr disconnect")


def test_cluster_terminated_mid_cell(aws: Account, make_notebook: MakeNotebook) -> None:
    short = aws.provision(aws.answer["products"][0]["productId"], "short-lived")
    book = make_notebook(env=aws.answer["env"])
    connect(book, aws, short)
    cell = Beside(book, "import time; time.sleep(100)").wait_running()
    aws.client("emr").terminate_job_flows(JobFlowIds=[short])
    error = cell.result().error
    assert re.search(rf"Cluster {short} \(.+\) (is terminating|ended at \S+): .*[Uu]ser request", error), (
        error
    )
    assert "%emr clusters" in error
    assert re.search("State: +lost", book.ok("%emr status").text)
    aws.wait_for_state(short, "TERMINATED")
    again = book.run("1 + 1").error
    assert short in again
    assert not [one for one in aws.control("GET", "sessions") if one["clusterId"] == short]
