"""A catalog that Tiled has made: fills it, and reads it again.

{"step": "fill", "read", "again" or "remove", "file": an HDF5 file}
"""

import numpy as np
import pandas
from checks import arguments, check, connect, equal, same, stored
from tiled.structures.array import ArrayStructure
from tiled.structures.data_source import Asset, DataSource, Management

root = connect()
grid = np.arange(24, dtype=">f4").reshape(4, 6)
table = {"a": [1, 2, 3], "b": ["x", "y", "z"]}
dataset = "gs/energy"


def fill():
    @check("writes containers, arrays, a table and a sparse array")
    def _():
        made = root.create_container("tiled", metadata={"by": "Tiled"}, specs=["own"])
        made.write_array(grid, key="grid", metadata={"unit": "K"})
        made.write_array(np.array(["a", "bcd"]), key="texts")
        made.write_table(pandas.DataFrame(table), key="table")
        made.write_sparse(coords=np.array([[0, 2]]), data=np.array([1.5, 2.5]), shape=(4,), key="sparse")
        made.create_container("empty")

    @check("registers one array of a file")
    def _():
        values = stored(arguments["file"], dataset)
        source = DataSource(
            structure_family="array",
            structure=ArrayStructure.from_array(values),
            mimetype="application/x-hdf5",
            parameters={"dataset": dataset},
            management=Management.external,
            assets=[Asset(f"file://localhost{arguments['file']}", is_directory=False, parameter="data_uri")],
        )
        node = root["tiled"].new("array", [source], key="registered", metadata={})
        same(node.read(), values)


def read():
    @check("reads what Tiled has written")
    def _():
        made = connect()["tiled"]
        equal(list(made)[:6], ["grid", "texts", "table", "sparse", "empty", "registered"])
        equal(dict(made.metadata), {"by": "Tiled"})
        same(made["grid"].read(), grid)
        equal(made["texts"].read().tolist(), ["a", "bcd"])
        equal(made["table"].read().to_dict("list"), table)
        equal(made["sparse"].read().todense().tolist(), [1.5, 0, 2.5, 0])

    @check("reads what Tiled has registered")
    def _():
        same(connect()["tiled/registered"].read(), stored(arguments["file"], dataset))
        name = arguments["file"].rsplit("/", 1)[-1].removesuffix(".h5")
        same(connect()[f"folder/{name}/{dataset}"].read(), stored(arguments["file"], dataset))


def again():
    @check("writes beside what copycat has made")
    def _():
        root["VDP"].create_container("later").write_array(grid, key="grid")
        same(connect()["VDP/later/grid"].read(), grid)
        root["tiled/ours"].write_array(grid, key="beside")
        same(connect()["tiled/ours/beside"].read(), grid)


def remove():
    @check("deletes what copycat has made and what it has written itself, with all below")
    def _():
        root["EDRIXS"].delete(recursive=True)
        root["tiled"].delete(recursive=True, external_only=False)
        equal(sorted(connect()), ["VDP", "folder"])


{"fill": fill, "read": read, "again": again, "remove": remove}[arguments["step"]]()
