"""Cells of every kind on one bound notebook."""

from __future__ import annotations

import re

import pytest
from harness import Notebook

TABLE = "application/vnd.jupyterlab-emr.table.v1+json"


def test_pyspark_value_and_print(connected: Notebook) -> None:
    result = connected.ok("x = 41\nprint('naïve ☃')\nx + 1")
    assert "naïve ☃" in result.text
    assert "42" in result.text


def test_variables_stay(connected: Notebook) -> None:
    connected.ok("kept = spark.range(10)")
    assert "10" in connected.ok("kept.count()").text


def test_sql_is_a_table(connected: Notebook) -> None:
    result = connected.ok(
        "%%sql\nSELECT id, CAST(id AS DECIMAL(10,2)) AS price, NULL AS nothing FROM range(3)"
    )
    (table,) = result.data(TABLE)
    assert [column["name"] for column in table["columns"]] == ["id", "price", "nothing"]
    assert table["columns"][1]["type"] == "decimal(10,2)"
    assert [row[0] for row in table["rows"]] == [0, 1, 2]
    assert [row[2] for row in table["rows"]] == [None] * 3
    assert "<table" in result.data("text/html")[0]
    assert "price" in result.data("text/plain")[-1]


def test_sql_error_is_a_cell_error(connected: Notebook) -> None:
    assert "TABLE_OR_VIEW_NOT_FOUND" in connected.run("%%sql\nSELECT * FROM nowhere").error


def test_scala_on_the_same_session(connected: Notebook) -> None:
    connected.ok("spark.range(7).createOrReplaceTempView('seven')")
    assert "Long = 7" in connected.ok('%%scala\nspark.table("seven").count()').text


def test_python_error_keeps_its_name_and_traceback(connected: Notebook) -> None:
    result = connected.run("def f(n):\n    return 1 // n\nf(0)")
    assert result.reply["ename"] == "ZeroDivisionError"
    assert any("line 2, in f" in line for line in result.reply["traceback"])


def test_error_drops_the_queued_cells(connected: Notebook) -> None:
    client = connected.client
    first = client.execute("import time; time.sleep(1); 1/0")
    second = client.execute("print('must not run')")
    replies = {}
    while len(replies) < 2:
        reply = client.get_shell_msg(timeout=60)
        replies[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
    assert replies == {first: "error", second: "aborted"}


def test_interrupt_cancels_the_job_and_keeps_the_session(connected: Notebook) -> None:
    code = "sc.parallelize(range(2), 2).map(lambda _: __import__('time').sleep(300)).count()"
    result = connected.run(
        code,
        when=lambda so_far: re.search("(?i)running|task|%", so_far.text) is not None,
        then=connected.interrupt,
    )
    assert re.search("(?i)interrupt|cancel", result.error)
    assert "42" in connected.ok("21 * 2").text


def test_matplotlib(connected: Notebook) -> None:
    result = connected.ok(
        "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n%matplot plt"
    )
    assert result.data("image/png")


def test_info_names_the_session(connected: Notebook) -> None:
    text = connected.ok("%%info").text
    assert re.search(r"application_|local-", text), text


def test_logs(connected: Notebook) -> None:
    assert connected.ok("%%logs").text.strip()


def test_help_lists_every_magic(connected: Notebook) -> None:
    result = connected.ok("%%help")
    text = result.text + str(result.reply.get("payload"))
    for word in ("%emr", "%%sql", "%%configure", "%%info", "%%logs", "%%cleanup", "%%delete"):
        assert word in text


@pytest.mark.parametrize("line", ["status", "clusters", "products"])
def test_emr_lines(connected: Notebook, line: str) -> None:
    assert connected.ok(f"%emr {line}").text.strip()


def test_unknown_magic_says_what_there_is(connected: Notebook) -> None:
    assert "help" in connected.run("%emr conect").error


def test_configure_applies_and_recreates(notebook, aws, cluster) -> None:
    book = notebook()
    book.ok('%%configure\n{"conf": {"spark.sql.shuffle.partitions": "7"}}')
    book.ok(f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}")
    assert "7" in book.ok("spark.conf.get('spark.sql.shuffle.partitions')").text
    assert "-f" in book.run('%%configure\n{"conf": {"spark.sql.shuffle.partitions": "9"}}').error
    book.ok('%%configure -f\n{"conf": {"spark.sql.shuffle.partitions": "9"}}')
    assert "9" in book.ok("spark.conf.get('spark.sql.shuffle.partitions')").text


def test_configure_names_the_bad_field(notebook) -> None:
    book = notebook()
    assert "executorMemry" in book.run('%%configure\n{"executorMemry": "2g"}').error
    assert "JSON" in book.run("%%configure\n{not json").error


def test_scala_kernel(notebook, aws, cluster) -> None:
    book = notebook("spark-emr")
    book.ok(f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}")
    assert "Int = 42" in book.ok("val answer = 6 * 7").text
    assert "not found: value boom" in book.run("boom").error
    assert "2" in book.ok("%%pyspark\n1 + 1").text


def test_sparkr_says_what_livy_says(notebook, aws, cluster) -> None:
    book = notebook("sparkr-emr")
    book.ok(f"%emr connect --cluster-id {cluster} --runtime-role {aws.roles['analyst']}")
    assert "Fail to start interpreter" in book.run("1 + 1").error
