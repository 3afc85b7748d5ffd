"""Writes HDF5 files of every kind of content into a folder: {"folder": ...}."""

import os

import h5py
import numpy as np
from checks import arguments
from h5py import h5d, h5s, h5t

TEXT = h5py.string_dtype()


def low_level(group, name, type_id, shape, data=None):
    space = h5s.create_simple(shape)
    dataset = h5d.create(group.id, name.encode(), type_id, space)
    if data is not None:
        dataset.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(data), mtype=type_id)


def numbers(f):
    for order, letter in (("<", "little"), (">", "big")):
        for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
            info = np.iinfo(kind)
            f[f"{letter}/{kind}"] = np.array([info.min, 1, info.max], order + kind)
        for kind in ("f2", "f4", "f8"):
            f[f"{letter}/{kind}"] = np.array([0.1, -2.0, np.nan, np.inf, -0.0, np.finfo(kind).max], order + kind)
        for kind in ("c8", "c16"):
            f[f"{letter}/{kind}"] = np.array([[1 + 2j, -0.5j], [0, 1]], order + kind)
        f[f"{letter}/2d"] = np.arange(12, dtype=order + "i4").reshape(3, 4)
    f["bool"] = np.array([True, False, True])
    f["bool 2d"] = np.array([[True, False], [False, True]])
    f.create_dataset("enum", data=np.array([1, 2, 1], "i2"), dtype=h5py.enum_dtype({"A": 1, "B": 2}, "i2"))
    low_level(f, "bitfield", h5t.STD_B8LE, (2,), np.array([1, 255], "u1"))


def strings(f):
    f["fixed"] = np.array([b"a", b"bcd", b""], "S5")
    f["fixed utf-8"] = np.array(["é".encode(), "日本".encode()], h5py.string_dtype("utf-8", 6))
    f.create_dataset("variable", data=["a", "längste", ""], dtype=TEXT)
    f.create_dataset("variable 2d", data=[["a", "bb"], ["ccc", "日本"]], dtype=TEXT)
    f.create_dataset("variable chunked", data=["x" * (i % 40) for i in range(300)], dtype=TEXT, chunks=(64,))
    f.create_dataset("scalar", data="one text", dtype=TEXT)
    f.create_dataset("empty texts", data=["", ""], dtype=TEXT)


def compounds(f):
    f["flat"] = np.array([(1.5, 2), (-0.5, 3), (0, 4)], [("x", "<f4"), ("y", "<i4")])
    f["flat big-endian"] = np.array([(1.5, 2), (-0.5, 3)], [("x", ">f4"), ("y", ">i4")])
    f["scalar"] = np.array((1.5, 2), [("x", "<f8"), ("y", "<i8")])
    f["with text"] = np.array([(1, b"ab"), (2, b"c")], [("n", "<i4"), ("s", "S3")])
    f["with array"] = np.array([([1, 2],), ([3, 4],)], [("a", "<i4", (2,))])
    f["with bool and complex"] = np.array([(True, 1 + 2j)], [("b", "?"), ("c", "<c8")])
    f["nested"] = np.array([(1, (2, 3)), (4, (5, 6))], [("x", "<f4"), ("n", [("p", "<i2"), ("q", "<f8")])])
    padded = np.dtype({"names": ["a", "b"], "formats": ["i1", "<f8"], "offsets": [0, 8], "itemsize": 24})
    f["padded"] = np.array([(1, 2.5), (3, 4.5)], padded)
    f.create_dataset("with variable text", shape=(2,), dtype=[("x", "f4"), ("s", TEXT)])
    f["chunked"] = np.array([(i, i / 2) for i in range(20)], [("i", "<i4"), ("v", "<f8")])


def others(f):
    f["opaque"] = np.array([b"abcde", b"fghij"], "V5")
    low_level(f, "array type", h5t.array_create(h5t.STD_I16LE, (2, 3)), (2,), np.arange(12, dtype="<i2").reshape(2, 2, 3))
    f.create_dataset("sequences", shape=(2,), dtype=h5py.vlen_dtype(np.dtype("<i4")))
    f["sequences"][0] = np.array([1, 2, 3], "<i4")
    f.create_dataset("references", data=np.array([f.ref], h5py.ref_dtype))


def shapes(f):
    f["scalar"] = 4.25
    f["one"] = np.array([7])
    f.create_dataset("zero", shape=(0,), dtype="f8")
    f.create_dataset("zero 3d", shape=(2, 0, 3), dtype="i4")
    f["four axes"] = np.arange(120, dtype="i2").reshape(2, 3, 4, 5)
    f.create_dataset("unwritten", shape=(3,), dtype="i4", fillvalue=-1)
    f.create_dataset("chunked", data=np.arange(35.0).reshape(7, 5), chunks=(3, 2))
    f.create_dataset("chunk beyond", data=np.arange(6.0), maxshape=(None,), chunks=(64,))
    f.create_dataset("gzip", data=np.arange(1000).reshape(10, 100), compression="gzip", shuffle=True, chunks=(4, 33))
    f.create_dataset("lzf", data=np.arange(100).reshape(10, 10), compression="lzf", fletcher32=True, chunks=(5, 5))
    f.create_dataset("null", data=h5py.Empty("f4"))


def attributes(f):
    data = f.create_dataset("data", data=np.arange(3))
    for holder in (f, data):
        holder.attrs["text"] = "größe 日本"
        holder.attrs["int"] = 42
        holder.attrs["largest int"] = np.uint64(2**64 - 1)
        holder.attrs["float"] = 1.0
        holder.attrs["large float"] = 1e20
        holder.attrs["small float"] = 1.5e-300
        holder.attrs["not a number"] = np.nan
        holder.attrs["bool"] = True
        holder.attrs["list"] = [1.5, 2.0, 3.0]
        holder.attrs["texts"] = np.array([["a", "bé"], ["", "d"]], TEXT)
        holder.attrs["compound"] = np.array((1, 2.5), [("i", "<i4"), ("f", "<f8")])
        holder.attrs["empty"] = h5py.Empty("f4")


def names(f):
    for name in ("größe 日本", "with space", "100%", "a+b&c=d", "x:y,z", "it's \"q\"", "dot.ted", "~-_", "😀"):
        f[f"{name}/data"] = np.arange(2)


def deep(f):
    f["1/2/3/4/5/6/7/8/9/data"] = np.arange(9).reshape(3, 3)
    f["1/2/hard link"] = f["1/2/3/4/5/6/7/8/9/data"]
    f["1/2/soft link"] = h5py.SoftLink("/deep/1/2/3/4/5/6/7/8/9/data")


def write(name, *parts):
    path = os.path.join(arguments["folder"], name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with h5py.File(path, "w") as file:
        for part in parts:
            part(file.create_group(part.__name__))
        return file


write("kinds.h5", numbers, strings, compounds, others, shapes, attributes, names, deep)
write("Ünter ordner/lauf 1 größe.h5", shapes)
write("latest.nxs", numbers)
