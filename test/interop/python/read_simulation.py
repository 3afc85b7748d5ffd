"""An exported simulation, as people open it: pandas, pyarrow, DuckDB, xarray, h5py, and the stock client of Tiled.

{"folder": of one.parquet, one.arrow, one.arrows and one.h5, "rows": the table as lists in the order of its columns,
"states": {attribute: values over time and id}, "times": [...], "ids": [...], "below": path of the published container}
"""

import math
import os

import h5py
import numpy as np
from checks import arguments, check, connect, equal

COLUMNS = "timestamp iteration dataset group id attribute value text list text_list components origin".split()
GROUP = "states/roads/segments"


def path_of(name):
    return os.path.join(arguments["folder"], name)


def plain(value):
    """None for all that stands for nothing, lists instead of arrays."""
    if isinstance(value, (list, np.ndarray)):
        return [plain(item) for item in value]
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and math.isnan(value) else value


def rows_of(table):
    return [[plain(row[name]) for name in COLUMNS] for row in table.to_pylist()]


@check("pandas reads the Parquet")
def _():
    import pandas

    frame = pandas.read_parquet(path_of("one.parquet"), dtype_backend="pyarrow")
    equal(list(frame.columns), COLUMNS)
    equal([str(frame[name].dtype) for name in ("timestamp", "iteration", "id", "value")], [
        "int64[pyarrow]", "int32[pyarrow]", "int64[pyarrow]", "double[pyarrow]",
    ])
    found = [[plain(None if value is pandas.NA else value) for value in row] for row in frame.values.tolist()]
    equal(found, arguments["rows"], "the table")


@check("pyarrow reads Parquet, Arrow and its stream alike")
def _():
    import pyarrow as pa
    import pyarrow.ipc
    import pyarrow.parquet

    parquet = pyarrow.parquet.read_table(path_of("one.parquet"))
    file = pyarrow.ipc.open_file(path_of("one.arrow")).read_all()
    stream = pyarrow.ipc.open_stream(path_of("one.arrows")).read_all()
    for table in (parquet, file, stream):
        table.validate(full=True)
        equal(rows_of(table), arguments["rows"], "the table")
        equal(table.schema.field("list").type, pa.list_(pa.field("element", pa.float64())), "type of list")
        equal(table.schema.field("text_list").type, pa.list_(pa.field("element", pa.string())), "type of text_list")
    for name in ("dataset", "group", "attribute", "origin"):
        equal(file.schema.field(name).type, pa.dictionary(pa.int32(), pa.string()), name)
    kinds = [parquet.schema.field(name).type for name in ("timestamp", "iteration", "id", "value")]
    equal(kinds, [pa.int64(), pa.int32(), pa.int64(), pa.float64()])


@check("pandas reads the Arrow")
def _():
    import pandas

    frame = pandas.read_feather(path_of("one.arrow"))
    equal(list(frame.columns), COLUMNS)
    equal(len(frame), len(arguments["rows"]))


@check("DuckDB queries the Parquet")
def _():
    import duckdb

    parquet = path_of("one.parquet")
    # What holds as of a time: the last value of each entity.
    state = duckdb.sql(f"""
        select id, arg_max(value, (timestamp, iteration)) as value from '{parquet}'
        where attribute = 'speed' and timestamp <= 5 and value is not null group by id order by id""")
    expected = {}
    for row in arguments["rows"]:
        if row[5] == "speed" and row[0] <= 5 and row[6] is not None:
            expected[row[4]] = row[6]
    equal(dict(state.fetchall()), expected)
    links = duckdb.sql(f"select id, unnest(list) from '{parquet}' where attribute = 'links' order by timestamp, id")
    equal(links.fetchall(), [(2, 1.0), (2, 2.0), (2, 3.0), (1, 4.0)])


@check("xarray opens the states over time and id")
def _():
    import xarray

    with xarray.open_dataset(path_of("one.h5"), group=GROUP, engine="h5netcdf") as states:
        equal(states["speed"].dims, ("time", "id"))
        equal(states["where"].dims, ("time", "id", "component_2"))
        equal(states["id"].values.tolist(), arguments["ids"])
        times = np.datetime64("2020-01-01", "ns") + np.array(arguments["times"], "timedelta64[s]")
        assert (states["time"].values == times).all(), states["time"].values
        for name, expected in arguments["states"].items():
            equal(plain(states[name].values), expected, name)
        last = states["speed"].sel(time="2020-01-01T01:00", method="ffill")
        equal(plain(last.values), arguments["states"]["speed"][2])


@check("h5py reads the updates as they were")
def _():
    rows = {}
    with h5py.File(path_of("one.h5")) as file:
        equal(file.attrs["format"].decode(), "copycat-simulation")
        updates = file["updates/roads"]
        group = updates["segments"]
        for block, (update, _) in enumerate(group["update"][:].tolist()):
            start, stop = group["row_ptr"][block : block + 2]
            ids = group["id"][start:stop].tolist()
            key = (int(updates["timestamp"][update]), int(updates["iteration"][update]))
            for name in ("speed", "open"):
                if group["order"][block][group[name].attrs["position"]] == 0:
                    continue
                fill = group[name].attrs.get("_FillValue")
                values = group[name][start:stop].tolist()
                none = [math.isnan(value) if fill is None else value == fill[0] for value in values]
                for id, value, is_none in zip(ids, values, none):
                    rows[(*key, id, name)] = None if is_none else float(value)
    expected = {
        (row[0], row[1], row[4], row[5]): row[6] for row in arguments["rows"] if row[5] in ("speed", "open")
    }
    equal(rows, expected, "the updates")


@check("the stock client reads the published states")
def _():
    root = connect()
    states = root[arguments["below"]]["states"]["roads"]["segments"]
    with h5py.File(path_of("one.h5")) as file:
        for name, array in file[GROUP].items():
            found = states[name].read()
            equal(found.dtype, array.dtype, name)
            assert found.tobytes() == array[()].tobytes(), name
    equal(root[arguments["below"]].metadata["scenario"], "one")
    equal(states["speed"][1:, 0].tolist(), [row[0] for row in arguments["states"]["speed"][1:]])
