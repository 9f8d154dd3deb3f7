"""The sql interpreter: rows and schema as JSON, in the form in which Livy's JSON library writes Spark's rows."""

import datetime
import decimal
import math

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql.types import ArrayType, CharType, DecimalType, MapType, Row, StructType, VarcharType

from . import outputs


class SqlShell:
    def __init__(self, spark, max_rows=1000):
        self._spark = spark
        self._max_rows = max_rows

    def run(self, count, code):
        try:
            frame = self._spark.sql(code)
            schema = frame.schema
            rows = frame.take(self._max_rows)
            data = [
                [_cell(value, field.dataType) for value, field in zip(row, schema.fields)] for row in rows
            ]
        except (Py4JJavaError, PySparkException) as error:
            return _failure(count, error)
        # Spark's own text of the schema: its order of members is the recorded one.
        text = f'{{"application/json":{{"schema":{frame._jdf.schema().json()},"data":{_dump(data)}}}}}'
        return outputs.ok(count, outputs.Raw(text))


def _failure(count, error):
    throwable = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    if throwable is None:
        return outputs.error(count, "Error", str(error), [])
    frames = [frame.toString() for frame in throwable.getStackTrace()]
    return outputs.error(count, "Error", throwable.getMessage(), frames)


class _Number(float):
    """A decimal, written with all its digits."""

    def __new__(cls, value):
        self = super().__new__(cls, value)
        self.text = format(value, "f")
        return self

    def __repr__(self):
        return self.text


def _dump(data):
    # json.dumps writes subclasses of float by float.__repr__: decimals are put in by hand.
    decimals = []

    def mark(value):
        if isinstance(value, _Number):
            decimals.append(value.text)
            return f"\ufdd0{len(decimals) - 1}\ufdd0"
        if isinstance(value, list):
            return [mark(item) for item in value]
        if isinstance(value, dict):
            return {key: mark(item) for key, item in value.items()}
        return value

    text = outputs.dump(mark(data))
    if decimals:
        pieces = text.split('"\ufdd0')
        text = pieces[0] + "".join(
            decimals[int(piece[: piece.index("\ufdd0")])] + piece[piece.index("\ufdd0") + 2 :]
            for piece in pieces[1:]
        )
    return text


def _cell(value, kind):
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, decimal.Decimal):
        return _Number(value)
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc) if value.tzinfo or _zoned(kind) else value
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return [byte - 256 if byte > 127 else byte for byte in value]
    if isinstance(kind, ArrayType):
        return [_cell(item, kind.elementType) for item in value]
    if isinstance(kind, MapType):
        return {_key(key): _cell(item, kind.valueType) for key, item in value.items()}
    if isinstance(value, Row) and isinstance(kind, StructType):
        return {
            "schema": _fields(kind),
            "values": [_cell(item, field.dataType) for item, field in zip(value, kind.fields)],
        }
    return str(value)


def _zoned(kind):
    return kind.typeName() == "timestamp"


def _key(key):
    return key if isinstance(key, str) else str(key).lower() if isinstance(key, bool) else str(key)


def _fields(struct):
    return [
        {
            "name": field.name,
            "dataType": _kind(field.dataType),
            "nullable": field.nullable,
            "metadata": {"map": {}},
        }
        for field in struct.fields
    ]


def _kind(kind):
    """A data type as Livy's library writes the members of Spark's class: most have none."""
    if isinstance(kind, ArrayType):
        return {"elementType": _kind(kind.elementType), "containsNull": kind.containsNull}
    if isinstance(kind, MapType):
        return {
            "keyType": _kind(kind.keyType),
            "valueType": _kind(kind.valueType),
            "valueContainsNull": kind.valueContainsNull,
        }
    if isinstance(kind, StructType):
        return _fields(kind)
    if isinstance(kind, DecimalType):
        return {"precision": kind.precision, "scale": kind.scale}
    if isinstance(kind, (CharType, VarcharType)):
        return {"length": kind.length}
    return {}
