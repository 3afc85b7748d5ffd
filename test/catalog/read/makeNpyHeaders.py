"""Writes npyHeaders.json: what numpy itself puts before the elements of arrays.

    python makeNpyHeaders.py && npx biome format --write npyHeaders.json
"""

import hashlib
import io
import json
import warnings

import numpy as np

warnings.simplefilter("ignore")
padded = np.dtype({"names": ["a", "b"], "formats": ["i1", "<f8"], "offsets": [0, 8], "itemsize": 24})
nested = [("x", "<f4"), ("n", [("p", ">i2"), ("q", "S3")]), ("m", "<i4", (2, 2)), ("v", ">u2", (3,)), ("b", "?")]
cases = {
    "float64": ("<f8", (3, 4)),
    "scalar": ("<f8", ()),
    "big-endian": (">i4", (7,)),
    "bool": ("?", (2, 2)),
    "text": ("S5", (2,)),
    "opaque": ("V3", (2,)),
    "complex": (">c16", (200,)),
    "none": ("u1", (0, 3)),
    "half": ("<f2", (123456789,)),
    "five axes": ("<u8", (1, 2, 3, 4, 5)),
    # 128 bytes with its newline, to which numpy adds 64.
    "aligned": ("<i2", (1000,) + (1,) * 12 + (100,)),
    "compound": ([("x", "<f4"), ("y", "<i4")], (2,)),
    "padded": (padded, (2,)),
    "nested": (nested, (1,)),
    "quoted": ([("it's", "<f4"), ('"', "<f4"), ("'\"", "<f4"), ("a\\b", "<f4"), ("é\u0085", "<f4")], ()),
    "not latin": ([("日本", "<f4")], (5,)),
    "long": ([(f"field_{index:04}", "<f8") for index in range(4000)], (1,)),
}


def header(dtype, shape):
    description = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    out = io.BytesIO()
    np.lib._format_impl._write_array_header(out, description)
    content = out.getvalue()
    return content.hex() if len(content) < 1000 else "sha256 " + hashlib.sha256(content).hexdigest()


with open("npyHeaders.json", "w", encoding="utf-8") as file:
    json.dump({name: header(*case) for name, case in cases.items()}, file, ensure_ascii=False)
