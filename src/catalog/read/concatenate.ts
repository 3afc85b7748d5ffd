// An array that lies in several files: one after the other along the first axis, as Tiled puts them together.

import { CopycatError } from "../../errors.ts";
import {
  type ArrayData,
  type ArrayPart,
  type AxisRange,
  applyCuts,
  type DataType,
  type Hdf5Reader,
  planView,
  rangeWithin,
  type Slice,
} from "../../hdf5/index.ts";
import { viewOf } from "./locator.ts";
import type { ArrayLocator } from "./types.ts";

/** What one file adds: its shape as it stands in the whole, and where it begins along the first axis. */
interface Piece {
  file: string;
  shape: number[];
  start: number;
}

/** Reads a part of it, from the files that hold any of that. What cannot be read is an error. */
export async function readConcatenated(
  reader: Hdf5Reader,
  locator: ArrayLocator,
  part: Slice,
): Promise<ArrayData | CopycatError> {
  try {
    const pieces = await listPieces(reader, locator);
    const length = pieces.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
    const shape = [length, ...(pieces[0]?.shape.slice(1) ?? [])];
    const name = `${locator.files[0]} and ${locator.files.length - 1} more: ${locator.dataset}`;
    const plan = planView({ name, shape, fileAxes: shape.length }, viewOf(locator, part));
    const found = await readPieces(reader, { locator, pieces, ranges: plan.ranges });
    const { bytes, dataType } = join(locator, found);
    const [first] = found;
    return {
      shape: plan.shape,
      dataType,
      bytes: applyCuts(bytes, plan.cuts, dataType.itemsize),
      ...(first?.offsets === undefined ? {} : { offsets: first.offsets }),
    };
  } catch (error) {
    if (error instanceof CopycatError) return error;
    throw error;
  }
}

/** Scalars and arrays without elements are stacked along a new axis, all others joined along their first one. */
async function listPieces(reader: Hdf5Reader, { files, dataset }: ArrayLocator): Promise<Piece[]> {
  const picked = await Promise.all(files.map((file) => reader.pick(file, { datasets: [dataset] })));
  const shapes = picked.map(({ datasets: [item] }, index) => {
    if (item?.kind === "dataset" && item.shape !== null) return item.shape;
    const reason = item?.kind === "problem" ? item.message : `${dataset} has no values`;
    const isMissing = item?.kind === "problem" && item.code === "missing_dataset";
    throw new CopycatError(isMissing ? "NOT_FOUND" : "UNREADABLE_SOURCE", `${files[index]}: ${reason}`);
  });
  const isStacked = shapes.every((shape) => shape.length === 0 || shape.includes(0));
  let start = 0;
  return files.map((file, index) => {
    const own = shapes[index] ?? [];
    const shape = isStacked ? [1, ...own] : own;
    const first = isStacked ? [1, ...(shapes[0] ?? [])] : (shapes[0] ?? []);
    if (shape.length !== first.length || shape.slice(1).some((length, axis) => length !== first[axis + 1])) {
      throw new CopycatError(
        "UNREADABLE_SOURCE",
        `${file}: ${dataset} has shape [${own}], which does not go with [${shapes[0]}] of ${files[0]}`,
      );
    }
    const piece = { file, shape, start };
    start += shape[0] ?? 0;
    return piece;
  });
}

async function readPieces(
  reader: Hdf5Reader,
  {
    locator,
    pieces,
    ranges,
  }: { locator: ArrayLocator; pieces: readonly Piece[]; ranges: readonly AxisRange[] },
): Promise<ArrayData[]> {
  const [outer, ...others] = ranges;
  if (outer === undefined || ranges.some(({ count }) => count === 0)) return [];
  const parts = pieces.flatMap(({ file, shape, start }): ArrayPart[] => {
    const { first, count } = rangeWithin(outer, start, shape[0] ?? 0);
    if (count === 0) return [];
    const own = { ...outer, start: outer.start + first * outer.step - start, count };
    return [{ file, dataset: locator.dataset, view: { shape, part: [own, ...others].map(sliceOf) } }];
  });
  const answers = await reader.readParts(parts);
  return answers.map((answer) => {
    if (answer instanceof CopycatError) throw answer;
    return answer;
  });
}

function sliceOf({ start, count, step }: AxisRange): Slice[number] {
  return { start, stop: start + (count - 1) * step + 1, step };
}

/** Texts are as wide as the widest, as numpy makes them; of anything else the types must be the same. */
function join(locator: ArrayLocator, found: readonly ArrayData[]): { bytes: Uint8Array; dataType: DataType } {
  const widths = found.map(({ dataType }) => dataType.itemsize);
  const width = Math.max(locator.dataType.itemsize, ...widths);
  const isText = found.every(({ dataType }) => "kind" in dataType && dataType.kind === "S");
  const [first] = found;
  const same = JSON.stringify(first?.dataType);
  if (first === undefined) return { bytes: new Uint8Array(0), dataType: locator.dataType };
  if (isText) {
    const bytes = Buffer.concat(found.map((data) => widen(data, width)));
    return { bytes, dataType: { ...first.dataType, itemsize: width } };
  }
  if (found.some(({ dataType }) => JSON.stringify(dataType) !== same)) {
    const message = `${locator.files[0]}: ${locator.dataset} has another data type there than in other files of it`;
    throw new CopycatError("UNREADABLE_SOURCE", message);
  }
  return { bytes: Buffer.concat(found.map(({ bytes }) => bytes)), dataType: first.dataType };
}

function widen({ bytes, dataType: { itemsize } }: ArrayData, width: number): Uint8Array {
  if (itemsize === width) return bytes;
  const count = bytes.length / itemsize;
  const wide = new Uint8Array(count * width);
  for (let index = 0; index < count; index++) {
    wide.set(bytes.subarray(index * itemsize, (index + 1) * itemsize), index * width);
  }
  return wide;
}
