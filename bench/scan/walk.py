"""h5py over the same files, one process: every group and data set, with its attributes, its shape and its type.

Prints one line of JSON, as child.ts does."""

import json
import os
import resource
import sys
import time

import h5py


def describe(item: h5py.HLObject) -> int:
    """Asks for what a catalog needs to know; gives the number of attributes."""
    attributes = dict(item.attrs)
    if isinstance(item, h5py.Dataset):
        _ = (item.shape, item.dtype, item.chunks)
        if item.shape == ():
            # The parameters of an entity are scalars at the root, and an ingest reads them.
            _ = item[()]
    return len(attributes)


def walk(path: str) -> int:
    datasets = 0

    def visit(_name: str, item: h5py.HLObject) -> None:
        nonlocal datasets
        describe(item)
        datasets += isinstance(item, h5py.Dataset)

    with h5py.File(path, "r") as file:
        describe(file)
        file.visititems(visit)
    return datasets


def main() -> None:
    folder = sys.argv[1]
    start = time.perf_counter()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".h5"))
    datasets = sum(walk(os.path.join(folder, name)) for name in names)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "elapsedMs": (time.perf_counter() - start) * 1000,
                "nodes": datasets,
                "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
                "peakRssBytes": usage.ru_maxrss * 1024,
                "phases": {},
                "h5py": h5py.version.version,
            }
        )
    )


main()
