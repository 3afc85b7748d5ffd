// A file opened by the HDF5 library in this thread, to hold our own reader against it.

import { HdfFile } from "../../src/hdf5/file.ts";
import { Library } from "../../src/hdf5/library.ts";

const library = await Library.load();

export function withLibrary<T>(path: string, use: (file: HdfFile) => T): T {
  const file = HdfFile.open(library, path);
  try {
    return use(file);
  } finally {
    file.close();
  }
}
