// The public face for programs that read arrays and nothing else (`copycat/read`): it loads in less than half the time.

export {
  type CatalogArray,
  type ListedLocator,
  listLocators,
  type ReadManyOptions,
  type ReadOptions,
  readArray,
  readMany,
  type WantedArrays,
  writeArray,
} from "../catalog/read/index.ts";
export { type Database, openDatabase } from "../database/index.ts";
export { CopycatError, type ErrorCode } from "../errors.ts";
export { type Hdf5Reader, openHdf5Reader } from "../hdf5/index.ts";
