"""What a cell shows: values, printed text, pictures, tables, errors, progress. As a front end gets it."""

from __future__ import annotations

import base64
import re

import pytest
from harness import Notebook, Result

TABLE = "application/vnd.jupyterlab-emr.table.v1+json"
PROGRESS = "application/vnd.jupyterlab-emr.progress.v1+json"
ANSI = re.compile(r"\x1b\[[\d;]*m")


def shown(result: Result) -> list[tuple[str, dict | str]]:
    """Outputs that are left at the end of the cell, as nbformat would hold them."""
    left: list[tuple[str, dict | str, str | None]] = []
    clear = False
    for message in result.outputs:
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            clear = True
            if not content["wait"]:
                left, clear = [], False
            continue
        if kind == "update_display_data":
            handle = content["transient"]["display_id"]
            left = [(k, content["data"] if h == handle else d, h) for k, d, h in left]
            continue
        if clear:
            left, clear = [], False
        if kind == "stream":
            left.append((content["name"], content["text"], None))
        elif kind == "error":
            left.append(("error", ANSI.sub("", "\n".join(content["traceback"])), None))
        else:
            left.append((kind, content["data"], content.get("transient", {}).get("display_id")))
    merged: list[tuple[str, dict | str]] = []
    for kind, data, _ in left:
        if merged and kind == merged[-1][0] and isinstance(data, str):
            merged[-1] = (kind, merged[-1][1] + data)
        else:
            merged.append((kind, data))
    return merged


def png(text: str) -> bytes:
    data = base64.b64decode(text)
    assert data.startswith(b"\x89PNG")
    return data


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1 + 1", [("execute_result", {"text/plain": "2"})]),
        ("x = 1", []),
        ("None", []),
        ("1 + 1;", []),
        ("print('hi')", [("stdout", "hi\n")]),
        # What only looks like a value, and a value after what looks like print.
        ("print(1)\nprint(2)", [("stdout", "1\n2\n")]),
        ("print('a', end='')\n'b'", [("stdout", "a"), ("execute_result", {"text/plain": "'b'"})]),
        ("[print('x'), 7]", [("stdout", "x\n"), ("execute_result", {"text/plain": "[None, 7]"})]),
        ("for i in range(3): i", [("stdout", "0\n1\n2\n")]),
        (
            "print('größer ☃ 😀')\n'😀é'",
            [("stdout", "größer ☃ 😀\n"), ("execute_result", {"text/plain": "'😀é'"})],
        ),
        (
            "import sys\nprint('out')\nprint('err', file=sys.stderr)\n3",
            [("stdout", "out\n"), ("execute_result", {"text/plain": "3"}), ("stderr", "err\n")],
        ),
        ("print('  indented\\n\\n')", [("stdout", "  indented\n")]),
    ],
)
def test_print_and_value(book: Notebook, code: str, expected: list) -> None:
    assert shown(book.ok(code)) == expected


def test_user_namespace_is_the_users(book: Notebook) -> None:
    before = book.ok("sorted(dir())").data("text/plain")[0]
    assert "display" not in before
    assert "install" not in before
    assert shown(book.ok("_ + 1" if book.ok("41").status == "ok" else "")) == [
        ("execute_result", {"text/plain": "42"})
    ]


def test_pandas(book: Notebook) -> None:
    ((kind, data),) = shown(book.ok("import pandas as pd\npd.DataFrame({'naïve': [1, 2]})"))
    assert kind == "execute_result"
    assert "<table" in data["text/html"]
    assert "naïve" in data["text/html"]
    assert data["text/plain"].split() == ["naïve", "0", "1", "1", "2"]


def test_figures_are_shown_at_the_end_and_once(book: Notebook) -> None:
    first = shown(book.ok("import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nprint('drawn')"))
    assert [kind for kind, _ in first] == ["stdout", "display_data"]
    png(first[1][1]["image/png"])
    assert shown(book.ok("1")) == [("execute_result", {"text/plain": "1"})]
    show = shown(book.ok("plt.plot([1]); plt.show()\nprint('after')"))
    assert [kind for kind, _ in show] == ["display_data", "stdout"]
    last = shown(book.ok("fig, ax = plt.subplots()\nax.plot([3])\nfig"))
    assert [kind for kind, _ in last] == ["execute_result"]
    png(last[0][1]["image/png"])


def test_livys_own_magics(book: Notebook) -> None:
    ((kind, data),) = shown(book.ok("plt.plot([1, 2, 3]);\n%matplot plt"))
    assert kind == "display_data"
    png(data["image/png"])
    # As sparkmagic's notebooks have it: drawn in one cell, shown in another.
    book.ok("plt.plot([5, 6]);")
    ((_, later),) = shown(book.ok("%matplot plt"))
    assert len(png(later["image/png"])) > 5000, "an empty picture"
    ((_, found),) = shown(book.ok("d = {'a': [1.5, None]}\n%json d"))
    assert found["application/json"] == {"a": [1.5, None]}
    assert "KeyError" in book.run("%json nothing").error


def test_display(book: Notebook) -> None:
    code = "print('first')\ndisplay(spark.range(30).selectExpr('id', 'cast(null as string) as s'), n=2)\ndisplay('x')\n'last'"
    (_, first), (_, table), (_, word), (_, value) = shown(book.ok(code))
    assert first == "first\n"
    assert table[TABLE]["rows"] == [[0, None], [1, None]]
    assert table[TABLE]["truncated"] is True
    assert "<table" in table["text/html"]
    assert (word, value) == ({"text/plain": "'x'"}, {"text/plain": "'last'"})


def test_rich_forms(book: Notebook) -> None:
    code = """class Rich:
    def __repr__(self): return 'plain'
    def _repr_html_(self): return '<b>rich</b>'
    def _repr_latex_(self): return '$x$'
    def _repr_mimebundle_(self, include=None, exclude=None): return {'application/json': {'n': float('nan')}}
Rich()"""
    ((_, data),) = shown(book.ok(code))
    assert data == {
        "text/plain": "plain",
        "text/html": "<b>rich</b>",
        "text/latex": "$x$",
        "application/json": {"n": None},
    }


def test_spark_data_frame_starts_no_job(book: Notebook) -> None:
    assert shown(book.ok("spark.range(3)")) == [("execute_result", {"text/plain": "DataFrame[id: bigint]"})]
    book.ok("spark.conf.set('spark.sql.repl.eagerEval.enabled', True)")
    ((_, data),) = shown(book.ok("spark.range(3)"))
    assert "<table" in data["text/html"]
    book.ok("spark.conf.unset('spark.sql.repl.eagerEval.enabled')")


def test_a_displayhook_of_the_users(book: Notebook) -> None:
    book.ok("import sys\nours = sys.displayhook\nsys.displayhook = lambda v: print('hooked', v)")
    assert shown(book.ok("5")) == [("stdout", "hooked 5\n")]
    book.ok("sys.displayhook = ours")
    assert shown(book.ok("5")) == [("execute_result", {"text/plain": "5"})]


def test_long_text_is_cut_and_kept(book: Notebook, tmp_path) -> None:
    result = book.ok("print('start'); print('0123456789' * 500_000); print('end')")
    ((_, text),) = shown(result)
    assert len(text) < 210_000
    assert text.startswith("start\n0123")
    assert text.endswith("789\nend\n")
    number = result.reply["execution_count"]
    assert f"%emr output {number}" in text
    path = tmp_path / "all.txt"
    book.ok(f"%emr output {number} --save {path}")
    assert path.read_text() == "start\n" + "0123456789" * 500_000 + "\nend\n"
    assert "exists" in book.run(f"%emr output --save {path}").error


def test_error_says_the_cells_own_lines(book: Notebook) -> None:
    defined = book.ok("def f(n):\n    # divides\n    return 1 // n").reply["execution_count"]
    result = book.run("# a comment\n%emr status\n\nprint('before')\nfor i in (1, 0):\n    f(i)")
    kinds = [kind for kind, _ in shown(result)]
    assert kinds == ["stdout", "execute_result", "error"]
    assert "before\n" in shown(result)[0][1]
    number = result.reply["execution_count"]
    trace = ANSI.sub("", result.error)
    assert f"Cell [{number}], line 6\n" in trace
    assert re.search(r"-+> 6     f\(i\)", trace)
    assert f"Cell [{defined}], line 3, in f\n" in trace
    assert re.search(r"-+> 3     return 1 // n", trace)
    assert trace.rstrip().endswith("ZeroDivisionError: integer division or modulo by zero")
    assert "fake_shell" not in trace
    assert "driver.py" not in trace


def test_syntax_error(book: Notebook) -> None:
    result = book.run("%emr status\nx = (1 +\n")
    trace = ANSI.sub("", result.error)
    assert f"Cell [{result.reply['execution_count']}], line 2" in trace
    assert "never closed" in trace


def test_figure_of_a_failing_cell(book: Notebook) -> None:
    result = book.run("plt.plot([1]);\nraise KeyError('naïve')")
    assert [kind for kind, _ in shown(result)] == ["display_data", "error"]
    assert shown(book.ok("1")) == [("execute_result", {"text/plain": "1"})]


def test_failed_job_brings_its_cause(book: Notebook) -> None:
    code = "def bad(x):\n    return 1 // (x - 3)\nsc.parallelize(range(8), 2).map(bad).count()"
    result = book.run(code)
    number = result.reply["execution_count"]
    trace = ANSI.sub("", result.error)
    assert "\tat org.apache.spark" not in trace, "the JVM's frames are folded"
    assert f"Cell [{number}], line 3" in trace
    assert f"Cell [{number}], line 2 (return 1 // (x - 3)), in bad" in trace
    (kind, details) = shown(result)[-1]
    assert kind == "display_data"
    assert re.search(r"Spark job \d+ failed in stage \d+ .*: 1 of 2 tasks failed", details["text/plain"])
    assert "First failed task: 0" in details["text/plain"]
    assert "ZeroDivisionError" in details["text/plain"]
    assert details["text/html"].count("<details") == 2
    assert "at org.apache.spark" in details["text/html"]
    assert len(result.reply["evalue"]) < 2000


def test_progress_comes_in_order_and_nothing_is_left(book: Notebook) -> None:
    code = (
        "import time\nprint('printed')\n"
        "sc.parallelize(range(8), 8).map(lambda x: time.sleep(0.7) or (x % 2, 1)).reduceByKey(max).count()"
    )
    result = book.ok(f"%emr status\n{code}")
    told = [data for data in result.data(PROGRESS) if "spark" in data]
    assert told, "the driver's own API told nothing"
    done = [data["spark"]["tasks"]["done"] for data in told]
    assert done == sorted(done)
    assert done[-1] > done[0]
    assert all(data["spark"]["jobs"]["total"] == 1 for data in told)
    assert told[-1]["spark"]["stages"]["total"] == 2
    elapsed = [data["elapsedMs"] for data in result.data(PROGRESS)]
    assert elapsed == sorted(elapsed)
    handles = {
        message["content"]["transient"]["display_id"]
        for message in result.outputs
        if PROGRESS in message["content"].get("data", {})
    }
    assert len(handles) == 1, "one display a cell"
    left = shown(result)
    assert [kind for kind, _ in left] == ["stdout", "execute_result"]
    assert left[0][1].startswith("State:")
    assert left[0][1].endswith("printed\n")
    assert left[1][1] == {"text/plain": "2"}


def test_sql_error_is_short(book: Notebook) -> None:
    result = book.run("%%sql\nselect * from nowhere")
    assert "TABLE_OR_VIEW_NOT_FOUND" in result.error
    assert len(result.error.splitlines()) < 20


def test_scala(book: Notebook) -> None:
    assert shown(book.ok('%%scala\nprintln("é"); 2 + 3'))[0] == ("stdout", "é\n")
    result = book.run("%%scala\nval a = 1\nboom")
    assert f"Cell [{result.reply['execution_count']}], line 3" in ANSI.sub("", result.error)
    assert "not found: value boom" in result.error
    failed = book.run("%%scala\nsc.parallelize(Seq(1), 1).map(x => 1 / (x - 1)).count()")
    assert "/ by zero" in failed.error
    assert "\tat org.apache.spark" not in failed.error
    assert "failed in stage" in shown(failed)[-1][1]["text/plain"]


def test_after_configure_the_new_session_has_it_too(book: Notebook) -> None:
    book.ok('%%configure -f\n{"conf": {"spark.sql.shuffle.partitions": "2"}}')
    ((_, data),) = shown(book.ok("import pandas as pd\nprint(1, end='')\npd.Series([1]).to_frame()"))[1:]
    assert "<table" in data["text/html"]
