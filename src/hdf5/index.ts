// HDF5 files as plain data, read in worker threads. Knows no database.

import { availableParallelism } from "node:os";
import { ThreadedHdf5Reader } from "./reader.ts";
import type { Hdf5Reader } from "./types.ts";

export {
  type ArrayValues,
  arrayValues,
  type Complex,
  dataTypeName,
  type ElementReader,
  type ElementValue,
  elementReader,
  type NumberArray,
  type ScalarValue,
  scalarReader,
  structFields,
  typeCode,
} from "./arrayValues.ts";
export {
  type AxisRange,
  isWhole,
  parseSlice,
  rangesShape,
  resolveSlice,
  type Slice,
  type SliceItem,
} from "./slice.ts";
export { rangeWithin } from "./strided.ts";
export type * from "./types.ts";
export { type ArrayView, applyCuts, planView } from "./view.ts";
export { type WriteDataset, type WriteGroup, type WriteValue, writeHdf5 } from "./write.ts";
export { type GrowingDataset, type Hdf5Writer, type NewDataset, openHdf5Writer } from "./writer.ts";
export { readWriteState, type WriteState } from "./writeState.ts";

export interface Hdf5ReaderOptions {
  /** Threads; default one a core less one for the main thread, and at most four. */
  workers?: number;
  /**
   * Small arrays are read without a thread, which keeps the caller's event loop for so many milliseconds a turn, if the
   * system has their files at hand; default 4. With 0 a thread reads everything: for slow file systems and services.
   */
  blockMs?: number;
}

const defaultBlockMs = 4;

/** A thread with the HDF5 library in it takes 42 MB, and four read more files than a database takes. */
const maxDefaultWorkers = 4;

/**
 * A reader whose threads start when first needed and do not keep the process alive when idle.
 *
 * @example
 * const reader = openHdf5Reader();
 * for await (const item of reader.walk("scan.h5")) print(item.kind, item.path);
 * await reader.close();
 */
export function openHdf5Reader({ workers, blockMs }: Hdf5ReaderOptions = {}): Hdf5Reader {
  return new ThreadedHdf5Reader({
    workers: workers ?? defaultWorkers(),
    blockMs: blockMs ?? defaultBlockMs,
  });
}

let shared: Hdf5Reader | undefined;

/** The reader of this process, for callers that bring none; its threads start when they are first needed. */
export function sharedHdf5Reader(): Hdf5Reader {
  shared ??= openHdf5Reader();
  return shared;
}

function defaultWorkers(): number {
  return Math.min(maxDefaultWorkers, Math.max(1, availableParallelism() - 1));
}
