// A path -> the source that reads what is there.

import { CopycatError } from "../errors.ts";
import {
  detectSimulationFormat,
  type FileSource,
  type FolderSourceOptions,
  openFolder,
  openSqliteSource,
} from "./formats/index.ts";

/**
 * Opens a folder of JSON or MessagePack files, an SQLite file or an exported HDF5 file, recognised by looking.
 *
 * @throws CopycatError UNREADABLE_SOURCE
 */
export async function openFiles(path: string, options: FolderSourceOptions = {}): Promise<FileSource> {
  const { format, path: found } = await detectSimulationFormat(path);
  switch (format) {
    case "json":
      return openFolder(found, options);
    case "sqlite":
      return openSqliteSource(found, options);
    case "hdf5":
      // Loaded when it is needed: few read HDF5, and its library takes a tenth of a second.
      return (await import("./hdf5/index.ts")).openHdf5Simulation(found);
    case "ndjson":
      throw new CopycatError(
        "UNREADABLE_SOURCE",
        `${path} is a file of records: load it into a store (copycat simulation load), and read that.`,
      );
  }
}
