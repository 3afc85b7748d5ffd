"""Writes one dataset as tables of several kinds into a folder: {"folder": ...}."""

import os
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from checks import arguments

COUNT = 300


def tables():
    uids = [f"{i:08d}-uid" for i in range(COUNT)]
    start = datetime(2026, 1, 15, 10, 0, 0, 1)
    entities = pa.table(
        {
            "uid": uids,
            "key": [f"E{i}" for i in range(COUNT)],
            "J": [float(i) for i in range(COUNT)],
            "big": pa.array([2**53 + 1 + i for i in range(COUNT)], pa.int64()),
            "flag": [i % 2 == 0 for i in range(COUNT)],
            "group": pa.array(["even", "odd"] * (COUNT // 2)).dictionary_encode(),
            "tags": [["a", "b"]] * COUNT,
            "made": pa.array([start + timedelta(seconds=i) for i in range(COUNT)], pa.timestamp("us")),
        }
    )
    artifacts = pa.table(
        {
            "uid": [uid for uid in uids for _ in "sc"],
            "type": ["s", "c"] * COUNT,
            "file": ["one.h5"] * (2 * COUNT),
            "dataset": ["spectra", "/curve/M"] * COUNT,
            # As pandas has a column of integers with gaps.
            "index": [value for i in range(COUNT) for value in (float(i % 10), None)],
        }
    )
    return entities, artifacts


def write(folder, name, entities, artifacts, **options):
    base = os.path.join(folder, "manifests")
    os.makedirs(base, exist_ok=True)
    pq.write_table(entities, os.path.join(base, f"{name}_entities.parquet"), **options)
    pq.write_table(artifacts, os.path.join(base, f"{name}_artifacts.parquet"), row_group_size=128, **options)


def large(table):
    strings = [pa.field(f.name, pa.large_string()) if f.type == pa.string() else f for f in table.schema]
    return table.cast(pa.schema(strings))


def write_csv(folder, entities, artifacts):
    base = os.path.join(folder, "manifests")
    entities.drop_columns(["tags"]).to_pandas().to_csv(os.path.join(base, "csv_entities.csv"))
    artifacts.to_pandas().to_csv(os.path.join(base, "csv_artifacts.csv"), index=False)


def main():
    folder = arguments["folder"]
    entities, artifacts = tables()
    for codec in ("none", "snappy", "zstd", "gzip", "brotli"):
        write(folder, codec, entities, artifacts, compression=codec)
    write(folder, "large_string", large(entities), large(artifacts))
    write(folder, "v2", entities, artifacts, version="2.6", data_page_version="2.0", write_page_index=True)
    shuffled = artifacts.to_pandas().sample(frac=1, random_state=1)
    write(folder, "unordered", entities, pa.Table.from_pandas(shuffled))
    write_csv(folder, entities, artifacts)
    for name in ("none", "snappy", "zstd", "gzip", "brotli", "large_string", "v2", "csv", "unordered"):
        with open(os.path.join(folder, f"{name}.yaml"), "w") as file:
            file.write(f"key: {name}\nbase_dir: data\n")


main()
