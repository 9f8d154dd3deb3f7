"""The buckets that are there from the beginning: a few days of two producers' files, made without Spark in milliseconds."""

import csv
import datetime
import io
import random
import threading

from moto.s3.models import s3_backends

DAYS = 3
SYMBOLS = {"ALFA": 101.5, "BRVO": 47.2, "CHRL": 233.0, "DLTA": 12.8}
TRADES = "trades"
POSITIONS = "positions"

_lock = threading.Lock()
_last_day = None


def make(start):
    s3 = s3_backends[start["accountId"]]["aws"]
    for name in start["buckets"].values():
        s3.create_bucket(name, start["region"])
    templates = start["templates"]
    s3.create_bucket(templates["bucket"], start["region"])
    for key, text in templates["objects"].items():
        # Service Catalog's launch role is let in by this tag.
        stored = s3.put_object(templates["bucket"], key, text.encode())
        s3.put_object_tagging(stored, {"servicecatalog:provisioning": "true"})
    today = datetime.date.today()
    for back in range(DAYS, 0, -1):
        _add(start, today - datetime.timedelta(days=back))
    rows = [("symbol", "name", "currency"), *((symbol, f"{symbol.title()} plc", "GBP") for symbol in SYMBOLS)]
    s3.put_object(start["buckets"]["data"], "reference/instruments.csv", _csv(rows))


def add_next_day(start):
    """What the producers deliver in the coming night. :return: the day and its keys"""
    with _lock:
        day = _last_day + datetime.timedelta(days=1)
        return {"date": day.isoformat(), "bucket": start["buckets"]["data"], "keys": _add(start, day)}


def _add(start, day):
    global _last_day
    numbers = random.Random(day.toordinal())  # the same day has the same data, wherever it is made
    bucket, s3 = start["buckets"]["data"], s3_backends[start["accountId"]]["aws"]
    keys = []
    for producer, rows in ((TRADES, _trades(day, numbers)), (POSITIONS, _positions(numbers))):
        keys.append(f"{producer}/date={day.isoformat()}/{producer}.csv")
        s3.put_object(bucket, keys[-1], _csv(rows))
    _last_day = day
    return keys


def _trades(day, numbers):
    yield "time", "symbol", "price", "size"
    prices = dict(SYMBOLS)
    moment = datetime.datetime.combine(day, datetime.time(8))
    for _ in range(600):
        moment += datetime.timedelta(seconds=numbers.randint(1, 90))
        symbol = numbers.choice(list(SYMBOLS))
        prices[symbol] *= 1 + numbers.gauss(0, 0.002)
        yield moment.isoformat(), symbol, f"{prices[symbol]:.4f}", numbers.randint(1, 40) * 25


def _positions(numbers):
    yield "account", "symbol", "quantity"
    for account in ("fund-1", "fund-2", "fund-3"):
        for symbol in SYMBOLS:
            yield account, symbol, numbers.randint(-400, 400) * 10


def _csv(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
