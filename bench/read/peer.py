"""h5py over the same files, one process: once as a person who knows where the files are, once asking the catalog first.

Reads its task from the first argument (JSON, see tasks.ts) and prints one line of JSON: milliseconds by task."""

import time

begin = time.perf_counter()

import asyncio  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402

import h5py  # noqa: E402

loaded = time.perf_counter()

LOCATE = """
select a.data_uri, d.parameters ->> 'dataset' as dataset, d.parameters ->> 'slice' as slice
from nodes p join nodes e on e.parent = p.id join nodes n on n.parent = e.id
join data_sources d on d.node_id = n.id
join data_source_asset_association l on l.data_source_id = d.id join assets a on a.id = l.asset_id
where p.parent = 0 and p.key = $1 and n.key = $2 order by e.id"""


def read_one(file, dataset):
    with h5py.File(file, "r") as opened:
        return opened[dataset][()]


def read_all(files, dataset):
    return [read_one(file, dataset) for file in files]


def read_rows(file, dataset, rows):
    with h5py.File(file, "r") as opened:
        data = opened[dataset]
        return [data[row] for row in rows]


async def read_located(connection, container, artifact):
    found = await connection.fetch(LOCATE, container, artifact)
    uri = found[0]["data_uri"].removeprefix("file://localhost")
    if found[0]["slice"] is not None:
        return read_rows(uri, found[0]["dataset"], [int(row["slice"]) for row in found])
    return [read_one(row["data_uri"].removeprefix("file://localhost"), row["dataset"]) for row in found]


def check(arrays, expected):
    total = sum(float(array.sum()) for array in arrays)
    assert abs(total - expected) < 1e-6 * max(1, abs(expected)), (total, expected)


async def main():
    task = json.loads(sys.argv[1])
    if task["kind"] == "cold":
        start = time.perf_counter()
        array = read_one(task["file"], task["dataset"])
        end = time.perf_counter()
        check([array], task["sum"])
        print(json.dumps({"first read": (end - start) * 1000, "start": (loaded - begin) * 1000}))
        return
    import asyncpg

    connection = await asyncpg.connect(task["dsn"])
    times = {}
    for name, work in task["works"].items():
        runs = []
        for repetition in range(task["warmUps"] + task["repetitions"]):
            start = time.perf_counter()
            if work.get("container"):
                arrays = await read_located(connection, work["container"], work["artifact"])
            elif work.get("rows"):
                arrays = read_rows(work["files"][0], work["dataset"], range(work["rows"]))
            else:
                arrays = read_all(work["files"], work["dataset"])
            elapsed = (time.perf_counter() - start) * 1000
            if repetition == 0:
                check(arrays, work["sum"])
                times[f"{name} first"] = elapsed
            if repetition >= task["warmUps"]:
                runs.append(elapsed)
        times[name] = sorted(runs)[len(runs) // 2]
    await connection.close()
    print(json.dumps(times))


asyncio.run(main())
