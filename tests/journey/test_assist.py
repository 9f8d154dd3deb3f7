"""Help while typing, on a session: what the front end asks the kernel, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness import Notebook
from livy.conftest import serve

CODE = """
import pandas as pd
from pyspark.sql import functions as F
df = spark.range(3).withColumnRenamed('id', 'price').withColumn('volume', F.lit(2.5))
local = pd.DataFrame({'alpha': [1], 'beta gamma': ['x']})
books = {'one': {'inner': 1}, 'two': 2}
def frob(left, right=3, *, deep=None):
    '''Frobs.'''
    return left
class Bomb:
    touched = []
    @property
    def boom(self):
        Bomb.touched.append(1)
        raise SystemExit
    def same(self, by: int) -> 'Bomb':
        Bomb.touched.append(2)
        return self
bomb = Bomb()
df.createOrReplaceTempView('trades')
"""


class Typing:
    """A notebook in which one types."""

    def __init__(self, book: Notebook) -> None:
        self.book = book

    def ask(self, msg_id: str) -> dict:
        while True:
            reply = self.book.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == msg_id:
                return reply["content"]

    def complete(self, marked: str, until=bool) -> dict:
        """
        The answer with the cursor at `|`. On a machine that is busy the first one may come too late and be empty: the
        next key finds it, so one asks as somebody who types does.
        """
        code, cursor = marked.replace("|", "", 1), marked.index("|")
        for _ in range(100):
            content = self.ask(self.book.client.complete(code, cursor))
            if until(content["matches"]):
                return content
        raise AssertionError(f"{marked}: {content}")

    def matches(self, marked: str) -> list[str]:
        return self.complete(marked)["matches"]

    def inspect(self, marked: str, detail: int = 0) -> dict:
        code, cursor = marked.replace("|", "", 1), marked.index("|")
        for _ in range(100):
            content = self.ask(self.book.client.inspect(code, cursor, detail))
            if content["found"]:
                return content["data"]
        raise AssertionError(f"nothing is known of {marked}")


@pytest.fixture(scope="module")
def livy_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(tmp_path_factory.mktemp("assist")) as livy:
        yield livy.url


@pytest.fixture(scope="module")
def typing(livy_url: str) -> Iterator[Typing]:
    book = Notebook()
    book.ok(f"%emr connect --livy-url {livy_url} --auth-type None")
    book.ok(CODE)
    yield Typing(book)
    book.close()


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("boo|", {"books"}),
        ("df.gro|", {"groupBy", "groupby"}),
        ("df.pri|", {"price", "printSchema"}),
        ("df.filter(df.price > 1).gro|", {"groupBy"}),
        ("df.groupBy('price').ag|", {"agg"}),
        ("df['|", {"price']", "volume']"}),
        ("df.select('|", {"price", "volume"}),
        ("df.filter('x').select(['vo|", {"volume"}),
        ("local['be|", {"beta gamma']"}),
        ("books['one']['|", {"inner']"}),
        ("frob(1, de|", {"deep="}),
        ("import pys|", {"pyspark"}),
        ("from pyspark.sql import fun|", {"functions"}),
        ("from pyspark.sql.fu|", {"functions"}),
        ("'abc'.startsw|", {"startswith"}),
        ("bomb.same(1).sa|", {"same"}),
        ("%json boo|", {"books"}),
        ("spark.sql('select pri| from trades')", {"price"}),
        ("%%sql\nselect * from tra|", {"trades"}),
        ("%%sql\nselect t.| from trades t", {"price", "volume"}),
        ("%%sql\nselect upp|", {"upper"}),
        ("%%sql\nuse d|", {"default"}),
    ],
)
def test_completion(typing: Typing, marked: str, wanted: set[str]) -> None:
    content = typing.complete(marked, until=lambda matches: wanted <= set(matches))
    assert len(content["metadata"]["_jupyter_types_experimental"]) == len(content["matches"])


def test_types_are_told(typing: Typing) -> None:
    found = typing.complete("df.|")["metadata"]["_jupyter_types_experimental"]
    types = {item["text"]: item["type"] for item in found}
    assert (types["groupBy"], types["rdd"], types["price"]) == ("function", "property", "instance")


def test_nothing_is_called_and_nothing_left_behind(typing: Typing) -> None:
    names = "print(sorted(name for name in globals() if not name.startswith('__')))"
    before = typing.book.ok(names).text
    typing.matches("bomb.|")
    typing.matches("bomb.same(1).|")
    typing.inspect("bo|mb")
    assert typing.book.ok("print(Bomb.touched)").text.strip() == "[]"
    assert typing.book.ok(names).text == before


def test_positions_are_code_points_of_the_whole_cell(typing: Typing) -> None:
    content = typing.complete("%emr status\nx = '😀'; df.gro|")
    assert (content["cursor_start"], content["cursor_end"]) == (24, 27)


def test_inspection(typing: Typing) -> None:
    frame = typing.inspect("d|f")
    assert "price" in frame["text/plain"] and "bigint" in frame["text/plain"]
    assert "<table>" in frame["text/html"]
    assert typing.inspect("frob(1, |")["text/plain"].startswith("frob(left, right=3, *, deep=None)")
    assert "def lit(" in typing.inspect("F.li|t", detail=1)["text/plain"]
    assert "price" in typing.inspect("%%sql\nselect * from tra|des")["text/plain"]
    assert "upper(str)" in typing.inspect("%%sql\nselect upp|er('x')")["text/plain"]
    assert "--cluster-id" in typing.inspect("%emr conn|ect")["text/plain"]


def test_a_running_cell_is_not_asked_and_not_disturbed(typing: Typing) -> None:
    typing.matches("spark.|")
    answers: list[dict] = []

    def type_on() -> None:
        answers.append(typing.ask(typing.book.client.complete("spark.createD")))
        answers.append(typing.ask(typing.book.client.complete("unknown_name.")))

    cell = typing.book.run(
        "import time\nprint(sum(1 for _ in range(30) if time.sleep(0.1) is None))",
        when=lambda result: "Running" in result.text,
        then=type_on,
    )
    assert cell.text.strip().endswith("30")
    assert answers[0]["matches"] == ["createDataFrame"], "what was known is still known"
    assert answers[1]["matches"] == []
    # And what was asked while typing is nobody's result.
    for number in range(5):
        typing.book.client.complete(f"df.a{number}")
        assert typing.book.ok(f"print({number} + 1)").text.strip() == str(number + 1)


def test_a_new_name_is_known_after_its_cell(typing: Typing) -> None:
    assert "fresh_name" not in typing.complete("fresh_n|", until=lambda _: True)["matches"]
    typing.book.ok("fresh_name = 1")
    assert typing.complete("fresh_n|")["matches"] == ["fresh_name"]
