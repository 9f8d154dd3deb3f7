"""The files of the data catalogue's tables, made when somebody first asks for one: Parquet, Iceberg, JSON and CSV."""

import csv
import datetime
import io
import json
import random
import threading
import zlib

from moto.s3.models import s3_backends

_VOCABULARY = {
    "symbol": ["ALFA", "BRVO", "CHRL", "DLTA", "ECHO", "FXTR"],
    "venue": ["XLON", "XPAR", "XETR", "XNYS"],
    "currency": ["GBP", "EUR", "USD"],
    "country": ["GB", "FR", "DE", "US"],
    "call_put": ["C", "P"],
    "side": ["BUY", "SELL"],
    "pair": ["EURUSD", "GBPUSD", "EURGBP"],
    "tenor": ["1M", "3M", "6M", "1Y"],
    "sector": ["Energy", "Health", "Banks", "Retail"],
    "counterparty": ["Fund North", "Fund South", "Broker East"],
}
_START = datetime.date(2026, 11, 2)
_made = set()
_lock = threading.Lock()


def make_buckets(start):
    for bucket in {table["bucket"] for table in start["lake"]}:
        s3_backends[start["accountId"]]["aws"].create_bucket(bucket, start["region"])


def ensure(start, path):
    """Make a table's files before a request for one of them, or for a list of what is in its bucket, is answered."""
    bucket, _, key = path.lstrip("/").partition("/")
    tables = [table for table in start["lake"] if table["bucket"] == bucket]
    wanted = [table for table in tables if key.startswith(table["prefix"])] if key else tables
    with _lock:
        for table in wanted:
            name = (bucket, table["prefix"])
            if name not in _made:
                _make(s3_backends[start["accountId"]]["aws"], table)
                _made.add(name)


def _make(s3, table):
    def put(key, body):
        s3.put_object(table["bucket"], table["prefix"] + key, body)

    if table["format"] == "iceberg":
        from . import iceberg

        for key, body in iceberg.files(table):
            put(key, body)
        return
    partition = table["partition"]
    for value in partition["values"] if partition else [None]:
        folder = f"{partition['name']}={value}/" if partition else ""
        extension = {"parquet": "snappy.parquet"}.get(table["format"], table["format"])
        put(f"{folder}part-00000.{extension}", _body(table, rows(table, value)))


def _body(table, data):
    names = [column["name"] for column in table["columns"]]
    if table["format"] == "parquet":
        return parquet(table["columns"], data)
    if table["format"] == "json":
        return "".join(
            json.dumps(dict(zip(names, row)), default=_text, separators=(",", ":")) + "\n" for row in data
        ).encode()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *([_text(cell) for cell in row] for row in data)])
    return text.getvalue().encode()


def _text(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return value if isinstance(value, (int, float)) else str(value)


def parquet(columns, data, ids=None):
    """A file's bytes. ``ids``: Iceberg's field ids, by column."""
    import pyarrow
    import pyarrow.parquet

    fields = [
        pyarrow.field(
            column["name"],
            _arrow(pyarrow, column["type"]),
            metadata={"PARQUET:field_id": str(ids[column["name"]])} if ids else None,
        )
        for column in columns
    ]
    schema = pyarrow.schema(fields)
    cells = list(zip(*data)) or [()] * len(fields)
    made = pyarrow.table(
        [pyarrow.array(list(values), field.type) for values, field in zip(cells, fields)], schema=schema
    )
    out = io.BytesIO()
    pyarrow.parquet.write_table(made, out, compression="snappy")
    return out.getvalue()


def _arrow(pyarrow, text):
    simple = {
        "string": pyarrow.string(),
        "double": pyarrow.float64(),
        "bigint": pyarrow.int64(),
        "int": pyarrow.int32(),
        "boolean": pyarrow.bool_(),
        "date": pyarrow.date32(),
        "timestamp": pyarrow.timestamp("us", tz="UTC"),
        "struct<price:double,size:bigint>": pyarrow.struct(
            [("price", pyarrow.float64()), ("size", pyarrow.int64())]
        ),
    }
    if text.startswith("array<"):
        return pyarrow.list_(_arrow(pyarrow, text[6:-1]))
    if text.startswith("map<"):
        key, value = text[4:-1].split(",", 1)
        return pyarrow.map_(_arrow(pyarrow, key), _arrow(pyarrow, value))
    if text.startswith("decimal("):
        return pyarrow.decimal128(*(int(part) for part in text[8:-1].split(",")))
    return simple[text]


def rows(table, value):
    """The same ones wherever and whenever they are made. ``value``: of the partition."""
    seed = zlib.crc32(f"{table['prefix']}{value}".encode())
    numbers = random.Random(seed)
    columns = table["columns"]
    return [
        [cell(numbers, column["name"], column["type"], index) for column in columns]
        for index in range(table["rows"])
    ]


def cell(numbers, name, kind, index):
    if kind == "string":
        words = _VOCABULARY.get(name)
        return (
            numbers.choice(words) if words else f"{name.removesuffix('_id')}-{numbers.randrange(1, 60):03d}"
        )
    if kind == "double":
        return round(
            numbers.uniform(0.05, 0.6) if "vol" in name or "delta" in name else numbers.uniform(1, 250), 4
        )
    if kind in ("bigint", "int"):
        return index if name == "id" else numbers.randrange(1, 500) * 10
    if kind == "boolean":
        return numbers.random() < 0.9
    if kind == "date":
        return _START + datetime.timedelta(days=numbers.randrange(0, 240))
    if kind == "timestamp":
        start = datetime.datetime.combine(_START, datetime.time(8), datetime.timezone.utc)
        return start + datetime.timedelta(seconds=numbers.randrange(0, 28_800))
    if kind.startswith("decimal("):
        import decimal

        return decimal.Decimal(numbers.randrange(100, 99_999)).scaleb(-2)
    if kind.startswith("array<struct<price"):
        best = numbers.uniform(50, 60)
        return [
            {"price": round(best - level / 100, 2), "size": numbers.randrange(1, 90) * 10}
            for level in range(5)
        ]
    if kind.startswith("map<"):
        return [(word, round(numbers.random(), 3)) for word in ("momentum", "skew", "mood")]
    raise ValueError(f"no values of {kind}")
