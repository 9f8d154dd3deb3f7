"""What the interpreters do beyond the recorded exchanges. On ours, and on the Livy at LIVY_URL."""

import pytest

from .conftest import REAL, only_ours, wait

TEXT = "text/plain"
NOTE = "naïve ☃ 😀 C:\\temp"


def text(output):
    assert output["status"] == "ok", output
    return output["data"][TEXT]


def test_many_lines_are_fast(livy, session):
    livy.run(session, "1", "pyspark")
    # A second's work; minutes where each line costs what all before it do.
    code = "for i in range(100000): print(i, 'naïve ☃')"
    printed = text(livy.run(session, code, "pyspark", timeout=30))
    assert printed.count("\n") == 99_999 and printed.endswith("99999 naïve ☃")


def test_output_over_the_limit_is_an_error_and_the_session_survives(livy, session):
    assert len(text(livy.run(session, "print('x' * 19_900_000)", "pyspark"))) == 19_900_000
    output = livy.run(session, "print('x' * 20_100_000)", "pyspark")
    assert output["status"] == "error" and "exceeds the maximum" in output["evalue"]
    assert text(livy.run(session, "'alive'", "pyspark")) == "'alive'"


def test_prints_of_workers_and_of_the_jvm_do_not_reach_the_wire(livy, session):
    code = (
        "sc.parallelize([1, 2]).foreach(lambda x: print('from a worker'))\n"
        "sc._jvm.System.out.println('from the JVM')\n"
        "'fine'"
    )
    assert "'fine'" in text(livy.run(session, code, "pyspark"))


@only_ours
def test_prints_of_processes_and_native_code_do_not_reach_the_wire(livy, session):
    """On Apache Livy standard output is the wire: from such a statement on every answer is the one before."""
    code = (
        "import os, subprocess\n"
        "os.write(1, b'{\"type\": \"done\"}\\n'); subprocess.run(['echo', 'from a child'])\n"
        "'fine'"
    )
    assert "'fine'" in text(livy.run(session, code, "pyspark"))


def test_magics_with_rows_and_figures(livy, session):
    output = livy.run(
        session, "rows = spark.range(2).selectExpr('id', 'id = 1 as b').collect()\n%table rows", "pyspark"
    )
    table = output["data"]["application/vnd.livy.table.v1+json"]
    assert table == {
        "headers": [{"name": "b", "type": "BOOLEAN_TYPE"}, {"name": "id", "type": "INT_TYPE"}],
        "data": [[False, 0], [True, 1]],
    }
    livy.run(
        session,
        "import matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nfigure = plt.plot([1, 2])",
        "pyspark",
    )
    output = livy.run(session, "%matplot plt", "pyspark")
    assert output["data"]["image/png"].startswith("iVBORw0KGgo")


def test_what_a_failing_statement_printed_is_lost(livy, session):
    assert livy.run(session, "print('before'); 1/0", "pyspark")["status"] == "error"
    assert text(livy.run(session, "print('after')", "pyspark")) == "after"


def test_scala_ships_case_classes_and_closures(livy, session):
    livy.run(session, "case class Trade(id: Int, price: Double)\nval factor = 2.0", "spark")
    code = (
        "val trades = sc.parallelize(1 to 10, 2).map(i => Trade(i, i * factor))\n"
        "def total(list: Seq[Trade]): Double = {\n  list.map(_.price).sum\n}\n"
        # Not collect: in local mode Apache Livy's REPL and its executor load the class apart (ArrayStoreException).
        "println(trades.map(_.price).sum())\nprintln(total(Seq(Trade(1, 2.0))))\n"
        "trades.toDF.as[Trade].filter(_.id > 8).count()"
    )
    printed = text(livy.run(session, code, "spark"))
    assert "110.0\n2.0\n" in printed and ": Long = 2\n" in printed
    output = livy.run(session, 'val n: Int = "x"', "spark")
    assert output["ename"] == "Error" and "error: type mismatch;" in output["evalue"]
    assert any("required: Int" in line for line in output["traceback"])
    assert livy.run(session, "def f(", "spark")["evalue"] == "incomplete statement"
    assert text(livy.run(session, "// nothing but a comment", "spark")) == ""


def test_scala_magics_take_the_last_line_of_the_same_statement(livy, session):
    output = livy.run(session, 'val m = Map("a" -> 1)\n%json m', "spark")
    assert output["data"] == {"application/json": {"a": 1}}
    output = livy.run(session, 'val rows = List(Map("a" -> 1), Map("a" -> 2))\n%table rows', "spark")
    assert output["data"]["application/vnd.livy.table.v1+json"] == {
        "headers": [{"type": "BIGINT_TYPE", "name": "a"}],
        "data": [[1], [2]],
    }
    assert livy.run(session, "%nosuch x", "spark")["ename"] == "UnknownMagic"


def test_temporary_views_are_shared(livy, session):
    livy.run(session, "spark.range(7).createOrReplaceTempView('shared_view')", "pyspark")
    data = livy.run(session, "select count(*) from shared_view", "sql")["data"]["application/json"]
    assert data["data"] == [[7]]
    assert "Long = 7" in text(livy.run(session, 'spark.table("shared_view").count()', "spark"))


def test_sql_types(livy, session):
    code = (
        "select cast(1.50 as decimal(38,18)) d, cast('ab' as binary) b, timestamp'1999-12-31 23:59:59' t, "
        "array(date'2024-01-02') dates, map(1, 'x') m, cast(9007199254740993 as bigint) big, 'naïve ☃' s, "
        "named_struct('a', named_struct('b', array(1))) deep"
    )
    table = livy.run(session, code, "sql")["data"]["application/json"]
    row = table["data"][0]
    assert [field["type"] for field in table["schema"]["fields"]][:3] == [
        "decimal(38,18)",
        "binary",
        "timestamp",
    ]
    assert float(row[0]) == 1.5 and row[1] == [97, 98] and row[2] == "1999-12-31T23:59:59Z"
    assert (
        row[3] == ["2024-01-02"]
        and row[4] == {"1": "x"}
        and row[5] == 9007199254740993
        and row[6] == "naïve ☃"
    )
    assert row[7]["values"][0]["values"] == [[1]]
    assert row[7]["schema"][0]["name"] == "a"


def test_sql_is_cut_at_1000_rows_without_a_word(livy, session):
    table = livy.run(session, "select id from range(5000)", "sql")["data"]["application/json"]
    assert len(table["data"]) == 1000


def test_sql_failure_of_a_job_names_spark(livy, session):
    output = livy.run(session, "select raise_error('no luck') from range(2)", "sql")
    assert output["ename"] == "Error" and "no luck" in output["evalue"]


def test_completion_while_a_statement_runs(livy, session):
    livy.run(session, "val table = spark.range(3)", "spark")
    number = livy.post(session, "import time; time.sleep(3)", "pyspark")
    wait(lambda: livy.statement(session, number)["state"] == "running")
    answer = livy.call(
        "POST", f"/sessions/{session}/completion", json={"code": "table.coun", "kind": "spark", "cursor": 10}
    )
    assert answer.json() == {"candidates": ["count"]}
    if not REAL:
        assert livy.statement(session, number)["state"] == "running"
    livy.finish(session, number)


def register_nap(livy, session, seconds):
    """A SQL function that takes its time."""
    code = f"import time; _ = spark.udf.register('nap', lambda x: time.sleep({seconds}) or x, 'long')"
    assert livy.run(session, code, "pyspark")["status"] == "ok"


@pytest.mark.parametrize(
    "kind, code",
    [
        ("pyspark", "sc.parallelize(range(8), 8).map(lambda x: __import__('time').sleep(0.4) or x).count()"),
        ("spark", "sc.parallelize(1 to 8, 8).map{x => Thread.sleep(400); x}.count()"),
        ("sql", "select count(nap(id)) from range(0, 8, 1, 8)"),
    ],
)
def test_progress_moves_with_the_tasks(livy, session, kind, code):
    register_nap(livy, session, 0.4)
    livy.run(session, "select 1" if kind == "sql" else "1", kind)
    number = livy.post(session, code, kind)
    seen = []

    def ended():
        seen.append(livy.statement(session, number))
        return seen[-1]["state"] == "available"

    wait(ended, 60, pause=0.05)
    assert seen[-1]["output"]["status"] == "ok", seen[-1]
    between = {statement["progress"] for statement in seen if 0 < statement["progress"] < 1}
    assert len(between) >= 2 and seen[-1]["progress"] == 1.0


def test_statements_wait_in_order(livy, session):
    numbers = [livy.post(session, f"import time; time.sleep(0.3); {index}", "pyspark") for index in range(4)]
    assert numbers == sorted(numbers)
    assert livy.statement(session, numbers[-1])["state"] == "waiting"
    assert livy.get(f"/sessions/{session}/state")["state"] == "busy"
    last = livy.finish(session, numbers[-1])
    finished = [livy.statement(session, number) for number in numbers]
    assert [statement["completed"] for statement in finished] == sorted(s["completed"] for s in finished)
    assert last["output"]["data"] == {TEXT: "3"}


def test_a_waiting_statement_is_cancelled_at_once_and_never_runs(livy, session):
    first = livy.post(session, "import time; time.sleep(1.5); ran = []", "pyspark")
    second = livy.post(session, "ran.append(2)", "pyspark")
    assert livy.cancel(session, second).json() == {"msg": "canceled"}
    cancelled = livy.statement(session, second)
    assert (cancelled["state"], cancelled["output"], cancelled["progress"]) == ("cancelled", None, 1.0)
    livy.finish(session, first)
    assert text(livy.run(session, "ran", "pyspark")) == "[]"


def test_cancel_of_a_sql_statement(livy, session):
    register_nap(livy, session, 1)
    code = "select count(nap(id)) from range(0, 100, 1, 100)"
    number = livy.post(session, code, "sql")
    wait(lambda: livy.statement(session, number)["progress"] > 0)
    livy.cancel(session, number)
    final = livy.finish(session, number, 20)
    assert final["state"] == "cancelled" and "cancelled" in final["output"]["evalue"]


def test_the_session_takes_conf_and_memory(livy):
    with livy.session(
        kind="pyspark", driverMemory="700m", conf={"spark.sql.shuffle.partitions": "3", "spark.x": NOTE}
    ) as number:
        view = livy.get(f"/sessions/{number}")
        assert (view["kind"], view["driverMemory"], view["conf"]) == (
            "pyspark",
            "700m",
            {"spark.sql.shuffle.partitions": "3", "spark.x": NOTE},
        )
        assert text(livy.run(number, "spark.conf.get('spark.sql.shuffle.partitions')")) == "'3'"
        assert text(livy.run(number, "print(sc.getConf().get('spark.x'))")) == NOTE
        assert 600 < int(text(livy.run(number, "sc._jvm.Runtime.getRuntime().maxMemory() // 2**20"))) <= 700
        if not REAL:  # Apache Livy learns it from YARN only
            assert view["appId"] == text(livy.run(number, "sc.applicationId")).strip("'")
        log = livy.get(f"/sessions/{number}/log?size=-1")["log"]
        # Apache Livy keeps no more than the last 200 lines.
        assert any(("SparkContext" if REAL else "Running Spark version") in line for line in log)
