"""What the scripts share: their arguments, checks as JSON lines, and comparing what Tiled serves with h5py."""

import contextlib
import json
import sys
import traceback
import warnings
from urllib.parse import urlparse

warnings.simplefilter("ignore")
arguments = json.loads(sys.argv[1])


def say(name, ok, detail):
    print(json.dumps({"name": name, "ok": ok, "detail": detail}), flush=True)


def check(name):
    """Runs the function at once; what it returns is the detail, what it raises is why the check failed."""

    def run(function):
        try:
            say(name, True, function())
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            say(name, False, f"{type(error).__name__}: {error} ({last.filename.rsplit('/', 1)[-1]}:{last.lineno})")

    return run


def equal(found, expected, what=""):
    assert found == expected, f"{what} is {short(found)}, expected {short(expected)}"


def short(value):
    text = repr(value)
    return text if len(text) < 600 else f"{text[:600]}..."


@contextlib.contextmanager
def refused(*words):
    """The block must raise, and say one of the words."""
    try:
        yield
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        assert any(word in text for word in words), f"refused otherwise: {text}"
    else:
        raise AssertionError("was not refused")


def connect(**options):
    from tiled.client import from_uri

    return from_uri(arguments["url"], api_key=arguments["apiKey"], **options)


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def walk(node, path=""):
    """Every node below, by path, parents first."""
    for key, child in node.items():
        yield f"{path}/{key}", child
        if child.structure_family == "container":
            yield from walk(child, f"{path}/{key}")


def file_of(source):
    (asset,) = source.assets
    return urlparse(asset.data_uri).path


def stored(path, dataset, row=None):
    """What h5py reads, in the form in which Tiled serves it: scalars as [1], variable-length text as fixed bytes.

    Of what h5py can only give as Python objects, such as references, Tiled serves a placeholder: masked here.
    """
    import h5py
    import numpy as np

    with h5py.File(path, "r") as file:
        data = file[dataset]
        if data.dtype.kind == "O" and h5py.check_string_dtype(data.dtype) is None:
            return np.ma.masked_all(data.shape, "S1")
        value = data[()] if row is None else data[row]
        value = np.asarray(value, dtype=bytes) if data.dtype.kind == "O" else np.asarray(value)
        return value.reshape(1) if value.shape == () else value


def same(found, expected):
    """Type, shape and every bit, but for the padding of compounds and the values of placeholders."""
    import numpy as np

    equal(found.dtype, expected.dtype, "type")
    equal(found.shape, expected.shape, "shape")
    if isinstance(expected, np.ma.MaskedArray):
        return
    if expected.dtype.names is None:
        assert np.ascontiguousarray(found).tobytes() == np.ascontiguousarray(expected).tobytes(), "values differ"
        return
    for name in expected.dtype.names:
        same(found[name], expected[name])


def part_of(values, part):
    """With an ellipsis, single values stay arrays and keep their byte order."""
    return values[part if ... in part else (*part, ...)]


def slices_of(shape):
    """A few of each kind: an index, from the end, strides, a window."""
    yield (0,)
    yield (..., -1)
    yield tuple(slice(None, None, 2) for _ in shape)
    yield tuple(slice(length // 3, length // 3 + 2) for length in shape)
    yield (slice(1, None),)
