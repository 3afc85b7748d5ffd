// One array, or a part of it, by its path in the catalog.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { parseSlice, sharedHdf5Reader } from "../../hdf5/index.ts";
import { locatePaths } from "./locate.ts";
import { readLocators } from "./readLocators.ts";
import type { CatalogArray, ReadOptions } from "./types.ts";

/**
 * Reads an array from the HDF5 files behind a node.
 *
 * @example
 * const { shape, data } = await readArray(database, "VDP/H_0001/ins_12meV", { slice: "0:10,:" });
 *
 * @throws CopycatError NOT_FOUND without such a node or data set; USAGE when the node is no array or the slice does
 * not fit; UNREADABLE_SOURCE when the file is gone, is not as it was registered, or cannot be decoded
 */
export async function readArray(
  database: Database,
  path: string,
  { slice = "", schema = database.catalogSchema, reader = sharedHdf5Reader() }: ReadOptions = {},
): Promise<CatalogArray> {
  const part = parseSlice(slice);
  const [located] = await locatePaths(database, [path], schema);
  const found = located?.found ?? new CopycatError("NOT_FOUND", `There is no node ${path}.`);
  if (found instanceof CopycatError) throw found;
  const [read] = await readLocators(reader, [found], part);
  if (read === undefined || read instanceof CopycatError) throw read;
  return read;
}
