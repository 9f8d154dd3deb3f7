"""`-o` and `%%send_to_spark`: data move between the session and this host with their types, whatever their size."""

from __future__ import annotations

import json

import pytest

TABLE = "application/vnd.jupyterlab-emr.table.v1+json"
#: What a transfer leaves on the driver: nothing. The test's own names stand apart.
LEFT = (
    "import glob, os, sys, tempfile\n"
    "print('left:', [name for name in sys.modules if name.startswith('_emr_transfer')],\n"
    "      sorted(name for name in globals() if 'emr' in name), [t.name for t in spark.catalog.listTables()],\n"
    "      [path for path in glob.glob(f'{tempfile.gettempdir()}/emr-{os.getpid()}-*')])"
)
NOTHING_LEFT = "left: [] [] [] []"


def last(result) -> str:
    """The last line that it shows: a slow machine shows progress before it."""
    return result.text.strip().splitlines()[-1]


def local(book, expression: str):
    """The value of a local expression, through JSON."""
    return json.loads(last(book.ok(f"%%local\nimport json\nprint(json.dumps({expression}))")))


def dtypes(book, name: str) -> dict:
    return local(book, f"{{name: str(kind) for name, kind in {name}.dtypes.items()}}")


# ---- from the session ----------------------------------------------------------------------------------------------

#: SQL of a column with the values 1, 2, … in rows; its dtype here; the Python that is equal to its values.
EXACT = {
    "bool": ("array(true, false)", "bool", "[True, False]"),
    "bool_null": ("array(true, null)", "boolean", "[True, pd.NA]"),
    "tiny": ("array(1Y, -128Y)", "int8", "[1, -128]"),
    "int_null": ("array(1, null)", "Int32", "[1, pd.NA]"),
    "long": ("array(9007199254740993L, -1L)", "int64", "[9007199254740993, -1]"),
    "long_null": ("array(9007199254740993L, null)", "Int64", "[9007199254740993, pd.NA]"),
    "double": ("array(0.1D, -0.0D)", "float64", "[0.1, -0.0]"),
    "double_nan": ("array(0.1D, double('NaN'))", "float64", "[0.1, float('nan')]"),
    "double_null": ("array(double('NaN'), null)", "Float64", "[float('nan'), pd.NA]"),
    "float": ("array(float('Infinity'), 1.5F)", "float32", "[float('inf'), 1.5]"),
    "digits": ("array('01234', '1e5')", "object", "['01234', '1e5']"),
    "text_null": ("array('ä😀\\n', null)", "object", "['ä😀\\n', None]"),
    "decimal": (
        "array(12345678901234567890.123456789012345678BD, 0.1BD)",
        "object",
        "[D('12345678901234567890.123456789012345678'), D('0.100000000000000000')]",
    ),
    "binary": ("array(X'00FF', null)", "object", "[b'\\x00\\xff', None]"),
    "date": (
        "array(date'0001-01-01', date'9999-12-31')",
        "object",
        "[dt.date(1, 1, 1), dt.date(9999, 12, 31)]",
    ),
    "time_ntz": (
        "array(timestamp_ntz'2020-02-29 12:00:00.123456', null)",
        "datetime64[us]",
        "[pd.Timestamp('2020-02-29 12:00:00.123456'), pd.NaT]",
    ),
    "old_time": ("array(timestamp_ntz'0002-01-01 00:00:00', null)", "datetime64[us]", None),
    "duration": ("array(interval '1 02:03:04.5' day to second, null)", "timedelta64[us]", None),
    "all_null": ("array(cast(null as int), null)", "Int32", "[pd.NA, pd.NA]"),
    "void": ("array(null, null)", "object", "[None, None]"),
    "list": ("array(array(1, null), null)", "object", "[[1, None], None]"),
    "struct": (
        "array(named_struct('a', 1L, 'b', array(0.1D)), null)",
        "object",
        "[{'a': 1, 'b': [0.1]}, None]",
    ),
    "map": ("array(map('k', null, 'l', 2), null)", "object", "[{'k': None, 'l': 2}, None]"),
    "map_of_structs": (
        "array(map(named_struct('a', 1), 'x'), null)",
        "object",
        "[[({'a': 1}, 'x')], None]",
    ),
}


@pytest.fixture(scope="module")
def exact(spark):
    """Every type in one frame of two rows."""
    columns = ", ".join(f"({values})[i] as {name}" for name, (values, _, _) in EXACT.items())
    spark.ok(f"%%sql -q -o exact\nselect {columns} from values (0), (1) as t(i)")
    spark.ok("%%local\nimport datetime as dt\nimport pandas as pd\nfrom decimal import Decimal as D")
    return spark


@pytest.mark.parametrize("name", EXACT)
def test_types_are_exact(exact, name):
    _, dtype, values = EXACT[name]
    assert dtypes(exact, "exact")[name] == dtype
    if values is not None:
        same = "lambda a, b: (a is b) or (a != a and b != b and type(a) is type(b)) or (type(a) is type(b) and a == b)"
        got = f"exact['{name}'].astype(object).tolist()"
        shown = exact.ok(f"%%local\n(all(map({same}, {got}, {values})), {got})").text
        assert shown.startswith("(True"), shown


def test_columns_keep_their_order(exact):
    assert local(exact, "list(exact.columns)") == list(EXACT)


def test_times_of_a_zone(spark):
    spark.ok("spark.conf.set('spark.sql.session.timeZone', 'America/New_York')")
    try:
        spark.ok(
            "%%sql -q -o zoned\nselect timestamp'2024-07-01 12:00:00 Europe/Berlin' as t, cast(null as timestamp) as n"
        )
    finally:
        spark.ok("spark.conf.set('spark.sql.session.timeZone', 'UTC')")
    assert dtypes(spark, "zoned")["t"] == "datetime64[us, America/New_York]"
    assert local(spark, "zoned.t[0].isoformat()") == "2024-07-01T06:00:00-04:00"
    assert local(spark, "bool(zoned.n.isna().all())") is True


def test_an_empty_result_keeps_its_columns(spark):
    spark.ok("%%sql -q -o empty\nselect 1 as a, 'x' as b, 1.5BD as c where false")
    assert local(spark, "empty.shape") == [0, 3]
    assert dtypes(spark, "empty") == {"a": "int32", "b": "object", "c": "object"}


def test_two_columns_of_one_name(spark):
    spark.ok("%%sql -q -o twice\nselect 1 as a, 'x' as a")
    assert local(spark, "twice.values.tolist()") == [[1, "x"]]


def test_a_query_shows_its_rows_by_one_run(spark):
    spark.ok("runs = sc.accumulator(0)\nspark.udf.register('tick', lambda: runs.add(1) or 'x')")
    result = spark.ok(
        "%%sql -o shown\nselect tick() as s, 9007199254740993L as big, array(1, null) as l, 1.50BD as d"
    )
    assert result.data(TABLE)[0]["rows"] == [["x", "9007199254740993", [1, None], "1.50"]]
    assert [column["type"] for column in result.data(TABLE)[0]["columns"]] == [
        "string",
        "bigint",
        "array<int>",
        "decimal(3,2)",
    ]
    assert "shown: 1 row × 4 columns" in result.text
    assert last(spark.ok("print(runs.value)")) == "1"
    assert spark.ok("%%sql -q -o shown\nselect 1").outputs == []


def test_a_variable_of_the_session(spark):
    result = spark.ok("%%spark -o mine\nmine = spark.range(10).withColumnRenamed('id', 'n')\nprint('ran')")
    assert "ran" in result.text and "mine: 10 rows × 1 column" in result.text
    assert local(spark, "mine.n.tolist()") == list(range(10))


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("it = [(1, 'a'), (2, None)]", [[1, "a"], [2, None]]),
        ("it = sc.parallelize([(1, 'a')])", [[1, "a"]]),
        ("import pandas as pd\nit = pd.DataFrame({'n': [1], 3: ['a']})", [[1, "a"]]),
        ("import pandas as pd\nit = pd.Series([1.5], name='x')", [[1.5]]),
    ],
)
def test_what_is_no_spark_frame_yet(spark, code, values):
    spark.ok(f"%%pyspark -o it\n{code}")
    assert local(spark, "it.values.tolist()") == values


def test_scala_and_python_share_the_session(spark):
    spark.ok('%%scala -o fromscala\nval fromscala = Seq((1, "a"), (2, null)).toDF("n", "s")')
    assert local(spark, "fromscala.values.tolist()") == [[1, "a"], [2, None]]
    assert "is no data frame" in spark.run("%%scala -o nothing\nval nothing = 3").error
    assert NOTHING_LEFT in spark.ok(LEFT).text


def test_rows_are_counted_sampled_and_taken(spark):
    spark.ok("many = spark.range(1000)")
    spark.ok("%%spark -o many -n 7\npass")
    assert local(spark, "many.id.tolist()") == list(range(7))
    spark.ok("%%spark -o many -m sample -r 0.5\npass")
    assert 300 < local(spark, "len(many)") < 700
    spark.ok("%%spark -o many -m sample -r 0.5 -n 10\npass")
    assert local(spark, "len(many)") == 10
    spark.ok("%%spark -o many -n 0\npass")
    assert local(spark, "many.shape") == [0, 1]
    spark.ok("%%sql -q -o many\nselect * from range(5000)")
    assert local(spark, "many.id.tolist() == list(range(5000))") is True


def test_the_limit_of_sparkmagics_configuration_is_told(connect, sparkmagic_home):
    book = connect(env={"SPARKMAGIC_CONF_DIR": sparkmagic_home})
    try:
        assert "default_maxrows = 3" in book.ok("%%sql -o few\nselect * from range(10)").text
        assert local(book, "len(few)") == 3
        assert "default_maxrows" not in book.ok("%%sql -o few -n -1\nselect * from range(10)").text
        assert local(book, "len(few)") == 10
        book.ok("%%local\nfew = few.copy()")
        assert "default_maxrows" in book.ok("%%send_to_spark -i few").text
        assert last(book.ok("few.count()")) == "3"
    finally:
        book.close()


def test_a_result_of_several_statements(spark):
    """Random numbers cannot be packed: more than one statement may say."""
    result = spark.ok(
        "%%spark -o wide\nwide = spark.range(0, 400_000, 1, 7).selectExpr("
        "'id', 'rand(1) a', 'rand(2) b', 'rand(3) c', 'uuid() d')",
        timeout=600,
    )
    assert "wide: 400,000 rows × 5 columns" in result.text
    assert local(spark, "wide.id.tolist() == list(range(400000))") is True
    here = local(spark, "float(wide.a.sum())")
    there = float(last(spark.ok("print(wide.selectExpr('sum(a)').first()[0])")))
    assert here == pytest.approx(there)
    assert NOTHING_LEFT in spark.ok(LEFT).text


def test_more_than_the_limit_is_refused(connect, tmp_path):
    config = tmp_path / "jupyterlab_emr.json"
    config.write_text('{"transferLimitMegabytes": 1}')
    book = connect(env={"JUPYTERLAB_EMR_CONFIG": str(config)})
    try:
        error = book.run("%%sql -o big\nselect id, rand() r from range(200000)").error
        assert "TooLarge" in error and "1.0 MB" in error and "-n 100000" in error
        assert "left: []" in book.ok(LEFT).text
        book.ok("%%sql -q -o big -n 1000\nselect id, rand() r from range(200000)")
        book.ok("%%local\nbig = 'x' * 2_000_000")
        assert "TooLarge" in book.run("%%send_to_spark -i big").error
    finally:
        book.close()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%%sql -o x\nselect * from nowhere", "TABLE_OR_VIEW_NOT_FOUND"),
        ("%%sql -o x\nselect raise_error('boom') from range(3)", "boom"),
        ("%%sql -o x\nselect interval '1' month as m", "Column m is of Spark's type interval month"),
        ("%%spark -o unknown\npass", "name 'unknown' is not defined in the session"),
        ("%%spark -o three\nthree = 3", "three is a int"),
        ("%%spark -o spark\npass", "That name has a meaning already"),
    ],
)
def test_what_cannot_be_brought(spark, cell, words):
    result = spark.run(cell)
    assert words in result.error
    assert "jupyterlab-emr>" not in result.error
    assert NOTHING_LEFT in spark.ok(LEFT).text


def test_an_interrupt_stops_the_job_and_leaves_nothing(spark):
    spark.ok(
        "slow = spark.range(0, 8, 1, 8).rdd.map(lambda row: (__import__('time').sleep(60), row.id)[1:]).toDF('n int')"
    )
    stopped = spark.run(
        "%%spark -o slow\nprint('asked')",
        when=lambda result: "asked" in result.text,
        then=spark.interrupt,
    )
    assert stopped.reply["ename"] == "KeyboardInterrupt"
    assert NOTHING_LEFT in spark.ok(LEFT).text
    spark.ok("%%sql -q -o after\nselect 1")


def test_missing_packages_are_named(connect, tmp_path):
    import sys
    import venv

    venv.create(tmp_path / "poor", with_pip=False)
    site = next((tmp_path / "poor" / "lib").glob("python*/site-packages"))
    (site / "more.pth").write_text(next(path for path in sys.path if path.endswith("site-packages")))
    # It has ipykernel, and a pyarrow that cannot be imported.
    (site / "pyarrow.py").write_text("raise ImportError('not here')")
    python = tmp_path / "poor" / "bin" / "python"
    book = connect(env={"JUPYTERLAB_EMR_LOCAL_PYTHON": str(python)})
    try:
        assert f'"{python}" -m pip install pyarrow' in book.run("%%sql -o x\nselect 1").error
        book.ok("%%local\nimport pandas as pd\nframe = pd.DataFrame({'a': [1]})")
        assert f'"{python}" -m pip install pyarrow' in book.run("%%send_to_spark -i frame").error
        book.ok("%%local\ntext = 'needs nothing'")
        book.ok("%%send_to_spark -i text")
    finally:
        book.close()


# ---- to the session ------------------------------------------------------------------------------------------------

TEXTS = [
    "",
    "quote ' \" ''' \"\"\" back\\slash \\n",
    "lines\r\n\n\ttabs",
    "äöü 😀 \u2028 \x00 \ud800",
    "%%sql\nselect 1",
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_arrive_as_they_are(spark, text):
    spark.ok(f"%%local\nword = {text!a}")
    spark.ok("%%send_to_spark -i word -t str -n there")
    assert last(spark.ok("print(ascii(there))")) == ascii(text)


def test_a_text_of_many_megabytes(spark):
    spark.ok(
        "%%local\nimport random\nrandom.seed(1)\nhuge = ''.join(chr(random.randrange(32, 0x3000)) for _ in range(3_000_000))"
    )
    spark.ok("%%send_to_spark -i huge", timeout=600)
    digest = "__import__('hashlib').sha256(huge.encode()).hexdigest()"
    assert last(spark.ok(f"print({digest})")) == local(spark, digest)
    spark.ok("del huge")


def test_a_frame_arrives_with_its_types(spark):
    spark.ok(
        "%%local\nimport numpy as np, pandas as pd, datetime as dt\nfrom decimal import Decimal as D\n"
        "mixed = pd.DataFrame({'i': [1, 2], 'u': np.array([1, 2], 'uint32'), 'n': pd.array([1, None], 'Int64'),\n"
        "  'f': [1.5, np.nan], 'm': pd.array([1.5, None], 'Float64'),\n"
        "  's': ['01234', None], 'b': [True, False], 'd': [D('1.10'), None], 'day': [dt.date(1, 1, 1), None],\n"
        "  'z': pd.to_datetime(['2020-01-01', None]).tz_localize('Europe/Berlin'), 't': pd.to_datetime(['2020-01-01', None]),\n"
        "  'c': pd.Categorical(['x', None]), 'l': [[1, None], None], 'o': [{'a': 1}, None], 'none': [None, None],\n"
        "  'td': pd.to_timedelta(['1 days', None]), 'raw': [b'\\x00', None]}, index=pd.Index(['p', 'q'], name='key'))"
    )
    said = spark.ok("%%send_to_spark -i mixed -t df -n sent").text
    assert "sent: 2 rows × 17 columns" in said and "The index (key) is not sent" in said
    assert json.loads(last(spark.ok("print(__import__('json').dumps(dict(sent.dtypes)))"))) == {
        "i": "bigint", "u": "bigint", "n": "bigint", "f": "double", "m": "double", "s": "string", "b": "boolean",
        "d": "decimal(3,2)", "day": "date", "z": "timestamp", "t": "timestamp_ntz", "c": "string",
        "l": "array<bigint>", "o": "struct<a:bigint>", "none": "string", "td": "interval day to second",
        "raw": "binary",
    }  # fmt: skip
    assert spark.ok("%%sql\nselect s, d, cast(day as string) day, c from sent where n = 1").data(TABLE)[0][
        "rows"
    ] == [["01234", "1.10", "0001-01-01", "x"]]
    missing = "sent.where('f is null and m is null and s is null and z is null and td is null').count()"
    assert last(spark.ok(missing)) == "1"
    assert spark.ok('%%scala\nspark.table("sent").count').text.strip().endswith("= 2")
    spark.ok("spark.catalog.dropTempView('sent')")
    assert NOTHING_LEFT in spark.ok(LEFT).text


@pytest.mark.parametrize("seed", range(6))
def test_frames_come_back_as_they_were(spark, seed):
    """Any frame of types that both sides have: there and back it is the same."""
    spark.ok(
        "%%local\n"
        "import random, datetime as dt, math\nimport numpy as np, pandas as pd\nfrom decimal import Decimal as D\n"
        f"r = random.Random({seed})\n"
        "def text(): return ''.join(chr(r.choice([r.randrange(0xd800), r.randrange(0xe000, 0x110000)])) for _ in range(r.randrange(9)))\n"
        "def inner(): return [None if r.random() < .3 else r.randrange(-9, 9) for _ in range(r.randrange(4))]\n"
        "kinds = {\n"
        " 'Int64': lambda: r.randrange(-2**63, 2**63), 'Int8': lambda: r.randrange(-128, 128), 'boolean': lambda: r.random() < .5,\n"
        " 'Float64': lambda: r.choice([math.nan, math.inf, r.uniform(-1e300, 1e300), 5e-324]), 'text': text,\n"
        " 'decimal': lambda: D(r.randrange(-10**37, 10**37)).scaleb(-18), 'date': lambda: dt.date.fromordinal(r.randrange(1, 3652059)),\n"
        " 'datetime64[us, UTC]': lambda: pd.Timestamp(r.randrange(-2**55, 2**55), unit='us', tz='UTC').as_unit('us'),\n"
        " 'bytes': lambda: r.randbytes(r.randrange(5)), 'list': inner, 'dict': lambda: {'a': r.randrange(9), 'b': inner()}}\n"
        "rows = r.randrange(1, 40)\n"
        "def column(kind):\n"
        "    values = [kinds[kind]()] + [None if r.random() < .3 else kinds[kind]() for _ in range(rows)] + [None]\n"
        "    if kind == 'Float64':\n"
        "        mask = np.array([v is None for v in values])\n"
        "        return pd.Series(pd.arrays.FloatingArray(np.array([0. if v is None else v for v in values]), mask))\n"
        "    return pd.Series(values, dtype=kind if kind[0].isupper() or kind.startswith(('boolean', 'datetime')) else object)\n"
        "original = pd.DataFrame({f'{kind} {n}': column(kind) for n, kind in enumerate(r.sample(list(kinds), len(kinds)))})"
    )
    spark.ok("%%send_to_spark -i original -n travelled")
    spark.ok("%%spark -q -o travelled\nspark.conf.set('spark.sql.session.timeZone', 'UTC')")
    spark.ok("spark.catalog.dropTempView('travelled')")
    result = spark.ok(
        "%%local\n"
        "def plain(v): return 'NaN' if isinstance(v, float) and v != v else v\n"
        "def items(frame, name):\n"
        "    values = frame[name].array\n"
        "    if hasattr(values, '_mask'): return [None if m else plain(v.item()) for v, m in zip(values._data, values._mask)]\n"
        "    return [None if v is None or v is pd.NaT else v for v in frame[name].tolist()]\n"
        "print([(name, a, b) for name in original for a, b in zip(items(original, name), items(travelled, name)) if a != b][:3])\n"
        "print([(name, str(original[name].dtype), str(travelled[name].dtype)) for name in original if original[name].dtype != travelled[name].dtype])\n"
        "print(len(original) == len(travelled), list(original) == list(travelled))"
    )
    assert result.text.strip() == "[]\n[]\nTrue True"


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("", "-i unknown", "There is no local variable unknown"),
        ("", "", "needs -i"),
        ("v = 3", "-i v", "v is a int"),
        ("v = 3", "-i v -t str", "not a str"),
        ("v = 'x'", "-i v -n 1x", "It is a name as Python has them"),
        ("v = 'x'", "-i v -n sc", "That name has a meaning already"),
        ("v = 'x'", "-i v -m many", "-m of %%send_to_spark"),
        (
            "import pandas as pd; v = pd.DataFrame({'a': [1, 'x']})",
            "-i v",
            "Column a holds values of different kinds",
        ),
        (
            "import pandas as pd; v = pd.DataFrame([[1, 2]], columns=['a', 'a'])",
            "-i v",
            "more than one column named a",
        ),
        (
            "import pandas as pd; v = pd.DataFrame({'p': pd.period_range('2020', periods=1)})",
            "-i v",
            "Column p is of the type",
        ),
        ("import pandas as pd; v = pd.DataFrame()", "-i v", "has no columns"),
    ],
)
def test_what_cannot_be_sent(spark, code, line, words):
    spark.ok(f"%%local\n{code or 'pass'}")
    assert words in spark.run(f"%%send_to_spark {line}").error


def test_code_below_it_is_refused(spark):
    assert "no code below it" in spark.run("%%send_to_spark -i x\n1").error


def test_the_kernels_own_language_gets_it_too(connect):
    book = connect("spark-emr")
    try:
        book.ok(
            "%%local\nimport pandas as pd\nframe = pd.DataFrame({'a': [1, 2]})\nword = 'ä\"\\\\$x😀' * 30000"
        )
        book.ok("%%send_to_spark -i frame -m 1")
        assert "= 1" in book.ok("frame.count").text
        book.ok("%%send_to_spark -i word")
        assert "= 210000" in book.ok("word.length").text
        assert "true" in book.ok('word.startsWith("ä\\"\\\\$x\\uD83D\\uDE00")').text
        book.ok("%%spark -o frame\nval other = 1")
        assert local(book, "frame.a.tolist()") == [1]
    finally:
        book.close()
