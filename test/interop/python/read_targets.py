"""The catalogs of several servers under one Tiled. {"trees": {"east": ["VDP"], ...}, "arrays": [path, ...]}"""

import numpy as np
from checks import arguments, check, connect, equal, file_of, same, stored
from tiled.queries import Key

root = connect()
trees = arguments["trees"]


@check("lists a tree for each target, and their datasets below it")
def _():
    equal(sorted(root), sorted(trees))
    for name, datasets in trees.items():
        equal(list(root[name]), datasets, name)


@check("searches the entities of each")
def _():
    equal(len(root["east", "VDP"].search(Key("Ja_meV") > -10)), 10)
    equal(len(root["west", "EDRIXS"].search(Key("tenDq") > -10)), 20)


@check("reads arrays of each as h5py does")
def _():
    for path in arguments["arrays"]:
        node = root[tuple(path.split("/"))]
        (source,) = node.data_sources()
        row = source.parameters.get("slice")
        index = None if row in (None, "") else int(row)
        same(node.read(), stored(file_of(source), source.parameters["dataset"], index))


@check("writes the same path to each, side by side")
def _():
    for number, name in enumerate(trees):
        root[name].create_container("new").write_array(np.full(3, number), key="a")
    for number, name in enumerate(trees):
        equal(connect()[name, "new", "a"].read().tolist(), [number] * 3, name)
