// Many arrays in the order asked for: files are read ahead by the worker threads, and memory is bounded by batches.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import {
  type Hdf5Reader,
  parseSlice,
  rangesShape,
  resolveSlice,
  type Slice,
  sharedHdf5Reader,
} from "../../hdf5/index.ts";
import { type Located, locate } from "./locate.ts";
import { readLocators } from "./readLocators.ts";
import type { ArrayLocator, CatalogArray, ReadManyOptions, WantedArrays } from "./types.ts";

/** A message to a thread costs 50 to 100 us, a curve of a small file about as much: so they travel together. */
const batchFiles = 32;
const batchArrays = 1000;
const batchBytes = 4_194_304;

/**
 * Reads many arrays: those at the paths given, or one artifact of all entities of a dataset. Nothing is kept of an
 * array that was handed on, so any number of them can be read.
 *
 * @example
 * const curves = readMany(database, { dataset: "VDP", artifact: "mh_powder_30T" });
 * for await (const { path, data } of curves) console.log(path, data);
 *
 * @throws CopycatError as `readArray`, unless `onProblem` takes what is wrong with single arrays
 */
export async function* readMany(
  database: Database,
  wanted: WantedArrays,
  options: ReadManyOptions = {},
): AsyncGenerator<CatalogArray> {
  const { slice = "", schema = database.catalogSchema, reader = sharedHdf5Reader() } = options;
  const part = parseSlice(slice);
  const concurrency = options.concurrency ?? reader.workers * 2;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new CopycatError(
      "USAGE",
      `concurrency is ${concurrency}; it must be a whole number of at least 1.`,
    );
  }
  const underWay: Promise<Read[]>[] = [];
  for await (const batch of makeBatches(locate(database, wanted, schema), part)) {
    const started = readBatch(reader, batch, part);
    // It may fail while an earlier one is awaited, or when nobody wants it any more.
    started.catch(() => undefined);
    underWay.push(started);
    if (underWay.length >= concurrency) yield* succeeded((await underWay.shift()) ?? [], options);
  }
  for (const started of underWay) yield* succeeded(await started, options);
}

interface Read {
  path: string;
  read: CatalogArray | CopycatError;
}

function* succeeded(reads: readonly Read[], { onProblem }: ReadManyOptions): Generator<CatalogArray> {
  for (const { path, read } of reads) {
    if (!(read instanceof CopycatError)) yield read;
    else if (onProblem === undefined) throw read;
    else onProblem(path, read);
  }
}

/** Rows of one file follow each other, so most of a batch is of files that the thread has open. */
async function* makeBatches(pages: AsyncIterable<Located[]>, part: Slice): AsyncGenerator<Located[]> {
  let batch: Located[] = [];
  let bytes = 0;
  let files = 0;
  let file: string | undefined;
  for await (const page of pages) {
    for (const located of page) {
      batch.push(located);
      if (!(located.found instanceof CopycatError)) {
        bytes += sizeOf(located.found, part);
        if (located.found.files[0] !== file) files += 1;
        file = located.found.files[0];
      }
      if (files < batchFiles && batch.length < batchArrays && bytes < batchBytes) continue;
      yield batch;
      [batch, bytes, files, file] = [[], 0, 0, undefined];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Bytes of the part, by what is registered. */
function sizeOf({ shape, dataType }: ArrayLocator, part: Slice): number {
  try {
    const counts = rangesShape(resolveSlice(part, shape));
    return counts.reduce((product, length) => product * length, dataType.itemsize);
  } catch {
    // It does not fit, and will be told when its turn comes.
    return 0;
  }
}

async function readBatch(reader: Hdf5Reader, batch: readonly Located[], part: Slice): Promise<Read[]> {
  const locators = batch.flatMap(({ found }) => (found instanceof CopycatError ? [] : [found]));
  const arrays = (await readLocators(reader, locators, part)).values();
  return batch.map(({ path, found }) => ({
    path,
    read:
      found instanceof CopycatError
        ? found
        : (arrays.next().value ?? new CopycatError("INTERNAL", `${path} was left out.`)),
  }));
}
