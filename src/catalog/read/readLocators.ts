// From locators to values: what is asked of the reader, and what its answers mean for the catalog.

import { CopycatError, errorMessage } from "../../errors.ts";
import {
  type ArrayData,
  arrayValues,
  type DataType,
  dataTypeName,
  type Hdf5Reader,
  resolveSlice,
  type Slice,
} from "../../hdf5/index.ts";
import { setting, words } from "../../wording.ts";
import { readConcatenated } from "./concatenate.ts";
import { makeRuns, partOfRun, type Run, splitRun } from "./runs.ts";
import type { ArrayLocator, CatalogArray } from "./types.ts";

/** Reads the same part of each array; what cannot be read is an error in its place. */
export async function readLocators(
  reader: Hdf5Reader,
  locators: readonly ArrayLocator[],
  part: Slice,
): Promise<(CatalogArray | CopycatError)[]> {
  const checked = locators.map((locator) => checkPart(locator, part));
  const good = locators.filter((_, index) => checked[index] === undefined);
  const several = good.filter(({ files }) => files.length > 1);
  const runs = makeRuns(good.filter(({ files }) => files.length === 1));
  const read = new Map<ArrayLocator, ArrayData | CopycatError>();
  const joined = several.map(async (locator) =>
    read.set(locator, await readConcatenated(reader, locator, part)),
  );
  for (const [locator, data] of await readRuns(reader, runs, part)) read.set(locator, data);
  await Promise.all(joined);
  return locators.map((locator, index) => {
    const data = checked[index] ?? read.get(locator);
    return finish(locator, data ?? new CopycatError("INTERNAL", "The HDF5 reader left an array out."));
  });
}

async function readRuns(
  reader: Hdf5Reader,
  runs: readonly Run[],
  part: Slice,
): Promise<[ArrayLocator, ArrayData | CopycatError][]> {
  const answers = await reader.readParts(runs.map((run) => partOfRun(run, part)));
  const read: [ArrayLocator, ArrayData | CopycatError][] = [];
  for (const [index, run] of runs.entries()) {
    const answer = answers[index] ?? new CopycatError("INTERNAL", "The HDF5 reader left an array out.");
    if (answer instanceof CopycatError && run.length > 1) {
      // Each by itself, and it is known which of them is wrong.
      read.push(
        ...(await readRuns(
          reader,
          run.map((locator): Run => [locator]),
          part,
        )),
      );
    } else read.push(...splitRun(run, answer));
  }
  return read;
}

/** The part is wrong, and not the file, when it does not fit what is registered. */
function checkPart({ path, shape }: ArrayLocator, part: Slice): CopycatError | undefined {
  try {
    resolveSlice(part, shape);
    return undefined;
  } catch (error) {
    return new CopycatError("USAGE", `${path}: ${errorMessage(error)}.`);
  }
}

function finish(locator: ArrayLocator, data: ArrayData | CopycatError): CatalogArray | CopycatError {
  if (data instanceof CopycatError) return explain(locator, data);
  if (!isSameType(data.dataType, locator.dataType)) {
    const [found, registered] = [dataTypeName(data.dataType), dataTypeName(locator.dataType)];
    const message = `${locator.files[0]}: ${locator.dataset} holds ${found}, and not ${registered}`;
    return explain(locator, new CopycatError("UNREADABLE_SOURCE", message));
  }
  return makeArray(locator.path, data);
}

function makeArray(path: string, data: ArrayData): CatalogArray {
  let values: CatalogArray["data"] | undefined;
  return {
    path,
    ...data,
    get data() {
      values ??= arrayValues(data);
      return values;
    },
  };
}

/** What the reader says is about a file; the catalog knows what it is to do with it. */
function explain({ path }: ArrayLocator, error: CopycatError): CopycatError {
  if (error.code !== "UNREADABLE_SOURCE" && error.code !== "NOT_FOUND") return error;
  return new CopycatError(
    error.code,
    words(
      `${error.message}. Is it still the file that ${path} was registered from? \`copycat verify --files\` lists what ` +
        "has changed, and an ingest with `",
      setting("policy", "update"),
      "` takes what is there now.",
    ),
    { cause: error },
  );
}

/** The same as numpy has it; `dt_units` may be left out. */
function isSameType(found: DataType, registered: DataType): boolean {
  if (found.itemsize !== registered.itemsize) return false;
  if (!("fields" in found) || !("fields" in registered)) {
    if ("fields" in found || "fields" in registered) return false;
    return found.kind === registered.kind && found.endianness === registered.endianness;
  }
  return (
    found.fields.length === registered.fields.length &&
    found.fields.every(({ name, dtype, shape }, index) => {
      const other = registered.fields[index];
      if (other === undefined || other.name !== name || String(other.shape ?? "") !== String(shape ?? ""))
        return false;
      return isSameType(dtype, other.dtype);
    })
  );
}
