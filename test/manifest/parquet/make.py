"""Writes the Parquet files of this folder, and what must be read from them: pip install pyarrow; python make.py

Pages are tiny, so that lists and texts go over their ends, and dictionaries overflow in the middle of a column."""

import json
import math
import random
from datetime import date, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 240
random.seed(5)


def some(make, nulls=0.2):
    return [None if random.random() < nulls else make(row) for row in range(ROWS)]


def numbers(_row):
    return [random.choice([None, random.randrange(100)]) for _ in range(random.choice([0, 1, 3, 80]))]


def texts(_row):
    return [random.choice(["a", "\u00b5", 'q"', None]) for _ in range(random.choice([0, 1, 4]))]


def member(row):
    return {"n": random.choice([None, row]), "s": random.choice([None, f"s{row % 3}"])}


COLUMNS = {
    "uid": (pa.string(), [f"{row:06d}-uid" for row in range(ROWS)]),
    "text": (pa.string(), some(lambda row: random.choice(["", "\u00fc\u4e2d\U0001f600", 'a"b\\c\n', "x" * (row % 200)]))),
    "kind": (pa.string(), some(lambda row: f"kind {row % 7}")),
    "none": (pa.string(), [None] * ROWS),
    "late": (pa.string(), [None] * 180 + ["late"] * 60),
    "long": (pa.int64(), some(lambda row: 2**53 + 1 + row * (-1) ** row)),
    "unsigned": (pa.uint64(), some(lambda row: 2**64 - 1 - row)),
    "int": (pa.int32(), some(lambda row: row - 100, 0)),
    "small": (pa.int8(), some(lambda row: row % 100 - 50)),
    "double": (pa.float64(), some(lambda row: random.choice([row / 4, row / 10, math.nan]))),
    "float": (pa.float32(), some(lambda row: row / 8)),
    "flag": (pa.bool_(), some(lambda row: row % 3 == 0)),
    "time": (pa.timestamp("us", "UTC"), some(lambda row: datetime(2026, 1, 15, tzinfo=timezone.utc) + timedelta(microseconds=row * 1_000_001))),
    "day": (pa.date32(), some(lambda row: date(1969, 12, 1) + timedelta(days=row))),
    "numbers": (pa.list_(pa.int64()), some(numbers)),
    "texts": (pa.list_(pa.string()), some(texts)),
    "nested": (pa.list_(pa.list_(pa.int32())), some(lambda row: [[row, None], [], None][: row % 4])),
    "struct": (pa.struct({"n": pa.int64(), "s": pa.string()}), some(member)),
    "structs": (pa.list_(pa.struct({"n": pa.int64(), "s": pa.string()})), some(lambda row: [member(row) for _ in range(row % 5)])),
    "map": (pa.map_(pa.string(), pa.int64()), some(lambda row: [(f"k{index}", row) for index in range(row % 3)])),
}


def cell(name, value):
    if isinstance(value, datetime):
        fraction = f".{value.microsecond:06d}" if value.microsecond else ""
        return f"{value:%Y-%m-%dT%H:%M:%S}{fraction}Z"
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if name == "map" else value


def is_there(value):
    return value is not None and not (isinstance(value, float) and math.isnan(value))


table = pa.table({name: pa.array(values, kind) for name, (kind, values) in COLUMNS.items()})
common = {"row_group_size": 90, "data_page_size": 400, "write_batch_size": 8}
delta = {"uid": "DELTA_BYTE_ARRAY", "text": "DELTA_LENGTH_BYTE_ARRAY", "kind": "DELTA_BYTE_ARRAY", "long": "DELTA_BINARY_PACKED", "int": "DELTA_BINARY_PACKED", "double": "BYTE_STREAM_SPLIT", "float": "BYTE_STREAM_SPLIT", "flag": "RLE"}
pq.write_table(table, "dictionary.parquet", compression="snappy", dictionary_pagesize_limit=600, **common)
pq.write_table(table, "plain.parquet", compression="none", use_dictionary=False, **common)
pq.write_table(table, "second.parquet", compression="zstd", data_page_version="2.0", dictionary_pagesize_limit=600, **common)
pq.write_table(table, "delta.parquet", compression="snappy", data_page_version="2.0", use_dictionary=False, column_encoding=delta, **common)
with open("expected.ndjson", "w", encoding="utf-8") as file:
    for row in range(ROWS):
        cells = {name: cell(name, values[row]) for name, (_, values) in COLUMNS.items() if is_there(values[row])}
        file.write(json.dumps(cells, ensure_ascii=False, separators=(",", ":")) + "\n")
