"""A client writes into a catalog that copycat has filled. {"step": "write" or "delete"}"""

import os

import numpy as np
from checks import arguments, check, connect, equal, file_of, refused
from tiled.queries import Key

root = connect()
vdp = root["VDP"]


def write():
    @check("creates a container")
    def _():
        made = vdp.create_container("new_H", metadata={"Ja_meV": 9.9, "by": "Tiled"})
        equal(list(vdp)[-1], "new_H")
        equal(dict(made.metadata), {"Ja_meV": 9.9, "by": "Tiled"})
        equal(list(vdp.search(Key("Ja_meV") == 9.9)), ["new_H"])

    @check("writes an array and reads it again")
    def _():
        array = vdp["new_H"].write_array(np.arange(6).reshape(2, 3), key="arr", metadata={"unit": "meV"})
        equal(array.read().tolist(), [[0, 1, 2], [3, 4, 5]])
        equal(connect()["VDP/new_H/arr"][1, 1:].tolist(), [4, 5])

    @check("writes an array in chunks")
    def _():
        import dask.array

        data = dask.array.arange(100, chunks=30).reshape(10, 10)
        equal(vdp["new_H"].write_array(data, key="chunked").read().tolist(), data.compute().tolist())

    @check("writes below a container that copycat has made")
    def _():
        vdp["H_0004"].write_array(np.array([1.5, 2.5]), key="fit")
        equal(connect()["VDP/H_0004/fit"].read().tolist(), [1.5, 2.5])

    @check("is told that a key is taken")
    def _():
        with refused("409", "Conflict", "Collision"):
            vdp.create_container("H_0001")

    @check("updates metadata, and finds the version before among the revisions")
    def _():
        node = vdp["H_0001"]
        before = dict(node.metadata)
        node.update_metadata({"note": "seen", "nested": {"a": 1.0}})
        equal(dict(connect()["VDP/H_0001"].metadata), {**before, "note": "seen", "nested": {"a": 1.0}})
        equal(len(node.metadata_revisions), 1)
        equal(node.metadata_revisions[0]["attributes"]["metadata"], before)
        equal(list(vdp.search(Key("note") == "seen")), ["H_0001"])


def delete():
    @check("is refused to delete what is not empty")
    def _():
        with refused("409", "Conflict", "empty"):
            vdp["H_0002"].delete()
        with refused("internally managed", "409", "403", "400"):
            vdp["new_H"].delete(recursive=True)

    @check("deletes an entity with its arrays, and leaves the file")
    def _():
        array = connect(include_data_sources=True)["VDP/H_0002"].values().first()
        (source,) = array.data_sources()
        vdp["H_0002"].delete(recursive=True)
        assert "H_0002" not in list(connect()["VDP"])
        assert os.path.exists(file_of(source))

    @check("deletes what a client has written, with its data")
    def _():
        (source,) = connect(include_data_sources=True)["VDP/new_H/arr"].data_sources()
        assert os.path.exists(file_of(source))
        vdp["new_H"].delete(recursive=True, external_only=False)
        assert not os.path.exists(file_of(source))
        assert "new_H" not in list(connect()["VDP"])


{"write": write, "delete": delete}[arguments["step"]]()
