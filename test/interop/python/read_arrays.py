"""Every array below a container, whole, in slices and in blocks, against h5py.

{"below": path, "tiledOwn": path of the same files as Tiled registered them, "rejected": paths that copycat refused,
"parts": false for whole arrays only}
"""

import itertools
import os

from checks import arguments, check, connect, equal, file_of, part_of, same, say, slices_of, stored, walk

root = connect(include_data_sources=True)
top = root[arguments["below"]]
arrays = {path: node for path, node in walk(top) if node.structure_family == "array"}
unserved = {}
served = {}


def expected_of(node):
    (source,) = node.data_sources()
    row = source.parameters.get("slice")
    return stored(file_of(source), source.parameters["dataset"], None if row is None else int(row))


def first_line(error):
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


for path, node in arrays.items():
    try:
        served[path] = node.read()
    except Exception as error:
        unserved[path] = first_line(error)


@check("reads every array as h5py does")
def _():
    assert served, "there is none"
    for path, found in served.items():
        try:
            same(found, expected_of(arrays[path]))
        except Exception as error:
            raise AssertionError(f"{path}: {first_line(error)}") from error
    return f"{len(served)} arrays"


if arguments.get("parts", True):

    @check("reads slices of every array")
    def _():
        count = 0
        for path in served:
            node, expected = arrays[path], expected_of(arrays[path])
            for part in slices_of(expected.shape) if expected.size > 0 else ():
                try:
                    same(node[part], part_of(expected, part))
                except Exception as error:
                    raise AssertionError(f"{path}{list(part)}: {first_line(error)}") from error
                count += 1
        return f"{count} slices"


    @check("reads every block of every array")
    def _():
        count = 0
        for path in served:
            node, expected = arrays[path], expected_of(arrays[path])
            for block in itertools.product(*(range(len(lengths)) for lengths in node.chunks)):
                starts = [sum(lengths[:index]) for index, lengths in zip(block, node.chunks)]
                part = tuple(slice(at, at + n[i]) for at, n, i in zip(starts, node.chunks, block))
                if 0 in expected[part].shape:
                    continue
                try:
                    same(node.read_block(block), expected[part])
                except Exception as error:
                    raise AssertionError(f"{path} block {block}: {first_line(error)}") from error
                count += 1
        return f"{count} blocks"


@check("names file and size of every array")
def _():
    for path, node in arrays.items():
        (source,) = node.data_sources()
        (asset,) = source.assets
        equal(asset.size, os.path.getsize(file_of(source)), path)


def fails_of_tiled_itself(paths):
    """Those that Tiled does not serve either when it has registered the file itself, with its error."""
    failed = {}
    for path in paths:
        try:
            root[arguments["tiledOwn"] + path].read()
        except Exception as error:
            failed[path] = first_line(error)
    return failed


# Said, not judged: the test knows which they are, and why.
if "tiledOwn" in arguments:
    say("arrays that are not served", True, unserved)
    say("those that Tiled itself does not serve either", True, fails_of_tiled_itself(unserved))
    say("rejected ones that Tiled itself does not serve either", True, fails_of_tiled_itself(arguments["rejected"]))
else:

    @check("leaves out none")
    def _():
        equal(unserved, {})
