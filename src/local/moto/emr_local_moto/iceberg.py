"""An Iceberg table of one snapshot: data files in Parquet, manifest and manifest list in Avro, metadata in JSON.

Written by hand after the table specification (format version 2), since the libraries for it weigh more than all else
of the demo's data. The Avro files are plain: one block, no compression.
"""

import datetime
import io
import json

from . import lake

_SNAPSHOT = 4_000_000_000_000_000_001
_AT = 1_762_000_000_000
_UUID = "5d1c0000-0000-4000-8000-000000000000"
_TYPES = {"bigint": "long", "timestamp": "timestamptz"}
METADATA = "metadata/00001-5d1c0000-0000-4000-8000-000000000001.metadata.json"


def files(table):
    """Keys below the table's prefix, with bodies; the metadata is the last one."""
    base = f"s3://{table['bucket']}/{table['prefix']}"
    partition = table["partition"]
    columns = table["columns"] + (
        [{"name": partition["name"], "type": partition["type"]}] if partition else []
    )
    ids = {column["name"]: number for number, column in enumerate(columns, 1)}
    entries = []
    for number, value in enumerate(partition["values"] if partition else [None]):
        data = lake.rows(table, value)
        if partition:
            data = [[*row, _day(value)] for row in data]
        key = (
            f"data/{partition['name']}={value}/{number:05d}.parquet"
            if partition
            else f"data/{number:05d}.parquet"
        )
        body = lake.parquet(columns, data, ids)
        yield key, body
        entries.append((base + key, value, len(data), len(body)))
    schema = {
        "type": "struct",
        "schema-id": 0,
        "fields": [
            {
                "id": ids[column["name"]],
                "name": column["name"],
                "required": False,
                "type": _type(column["type"]),
            }
            for column in columns
        ],
    }
    fields = (
        [
            {
                "name": partition["name"],
                "transform": "identity",
                "source-id": ids[partition["name"]],
                "field-id": 1000,
            }
        ]
        if partition
        else []
    )
    manifest = _manifest(entries, schema, fields, partition)
    yield "metadata/manifest-m0.avro", manifest
    rows = sum(entry[2] for entry in entries)
    yield (
        "metadata/snap-1.avro",
        _manifest_list(f"{base}metadata/manifest-m0.avro", len(manifest), len(entries), rows),
    )
    yield METADATA, json.dumps(_metadata(base, schema, fields, len(columns), len(entries), rows)).encode()


def _day(text):
    return datetime.date.fromisoformat(text)


def _type(text):
    return text.replace(",", ", ") if text.startswith("decimal") else _TYPES.get(text, text)


def _metadata(base, schema, fields, last, count, rows):
    return {
        "format-version": 2,
        "table-uuid": _UUID,
        "location": base.rstrip("/"),
        "last-sequence-number": 1,
        "last-updated-ms": _AT,
        "last-column-id": last,
        "current-schema-id": 0,
        "schemas": [schema],
        "default-spec-id": 0,
        "partition-specs": [{"spec-id": 0, "fields": fields}],
        "last-partition-id": 1000,
        "default-sort-order-id": 0,
        "sort-orders": [{"order-id": 0, "fields": []}],
        "properties": {"write.format.default": "parquet"},
        "current-snapshot-id": _SNAPSHOT,
        "refs": {"main": {"snapshot-id": _SNAPSHOT, "type": "branch"}},
        "snapshots": [
            {
                "snapshot-id": _SNAPSHOT,
                "sequence-number": 1,
                "timestamp-ms": _AT,
                "schema-id": 0,
                "manifest-list": f"{base}metadata/snap-1.avro",
                "summary": {
                    "operation": "append",
                    "added-data-files": str(count),
                    "total-records": str(rows),
                },
            }
        ],
        "snapshot-log": [{"timestamp-ms": _AT, "snapshot-id": _SNAPSHOT}],
        "metadata-log": [],
    }


def _manifest(entries, schema, fields, partition):
    place = (
        [
            {
                "name": partition["name"],
                "type": ["null", {"type": "int", "logicalType": "date"}],
                "default": None,
                "field-id": 1000,
            }
        ]
        if partition
        else []
    )
    data_file = {
        "type": "record",
        "name": "r2",
        "fields": [
            {"name": "content", "type": "int", "field-id": 134},
            {"name": "file_path", "type": "string", "field-id": 100},
            {"name": "file_format", "type": "string", "field-id": 101},
            {
                "name": "partition",
                "type": {"type": "record", "name": "r102", "fields": place},
                "field-id": 102,
            },
            {"name": "record_count", "type": "long", "field-id": 103},
            {"name": "file_size_in_bytes", "type": "long", "field-id": 104},
        ],
    }
    entry = {
        "type": "record",
        "name": "manifest_entry",
        "fields": [
            {"name": "status", "type": "int", "field-id": 0},
            {"name": "snapshot_id", "type": ["null", "long"], "default": None, "field-id": 1},
            {"name": "sequence_number", "type": ["null", "long"], "default": None, "field-id": 3},
            {"name": "file_sequence_number", "type": ["null", "long"], "default": None, "field-id": 4},
            {"name": "data_file", "type": data_file, "field-id": 2},
        ],
    }
    epoch = datetime.date(1970, 1, 1)
    records = [
        b"".join(
            (
                _long(1),
                _long(1) + _long(_SNAPSHOT),
                _long(1) + _long(1),
                _long(1) + _long(1),
                _long(0),
                _string(path),
                _string("PARQUET"),
                _long(1) + _long((_day(value) - epoch).days) if partition else b"",
                _long(rows),
                _long(size),
            )
        )
        for path, value, rows, size in entries
    ]
    return _container(
        entry,
        {
            "schema": json.dumps(schema),
            "schema-id": "0",
            "partition-spec": json.dumps(fields),
            "partition-spec-id": "0",
            "format-version": "2",
            "content": "data",
        },
        records,
    )


def _manifest_list(path, length, files, rows):
    fields = [
        ("manifest_path", "string", 500, _string(path)),
        ("manifest_length", "long", 501, _long(length)),
        ("partition_spec_id", "int", 502, _long(0)),
        ("content", "int", 517, _long(0)),
        ("sequence_number", "long", 515, _long(1)),
        ("min_sequence_number", "long", 516, _long(1)),
        ("added_snapshot_id", "long", 503, _long(_SNAPSHOT)),
        ("added_files_count", "int", 504, _long(files)),
        ("existing_files_count", "int", 505, _long(0)),
        ("deleted_files_count", "int", 506, _long(0)),
        ("added_rows_count", "long", 512, _long(rows)),
        ("existing_rows_count", "long", 513, _long(0)),
        ("deleted_rows_count", "long", 514, _long(0)),
    ]
    schema = {
        "type": "record",
        "name": "manifest_file",
        "fields": [{"name": name, "type": kind, "field-id": number} for name, kind, number, _ in fields],
    }
    meta = {
        "snapshot-id": str(_SNAPSHOT),
        "parent-snapshot-id": "null",
        "sequence-number": "1",
        "format-version": "2",
    }
    return _container(schema, meta, [b"".join(value for *_, value in fields)])


def _container(schema, meta, records):
    out = io.BytesIO()
    out.write(b"Obj\x01")
    header = {**meta, "avro.schema": json.dumps(schema), "avro.codec": "null"}
    out.write(_long(len(header)))
    for key, value in header.items():
        out.write(_string(key) + _string(value))
    out.write(_long(0))
    sync = b"emr-local-lake!!"
    out.write(sync)
    body = b"".join(records)
    out.write(_long(len(records)) + _long(len(body)) + body + sync)
    return out.getvalue()


def _long(value):
    """Zigzag, seven bits a byte."""
    coded = (value << 1) ^ (value >> 63)
    out = bytearray()
    while coded & ~0x7F:
        out.append(coded & 0x7F | 0x80)
        coded >>= 7
    out.append(coded)
    return bytes(out)


def _string(text):
    raw = text.encode()
    return _long(len(raw)) + raw
