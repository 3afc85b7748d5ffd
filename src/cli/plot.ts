// A quick look at an array in the terminal: a line for one axis, a map for two.

import type { CatalogArray } from "../catalog/index.ts";
import { CopycatError } from "../errors.ts";
import { plotLine } from "./plotLine.ts";
import { plotMap } from "./plotMap.ts";
import type { Canvas } from "./plotScale.ts";

/**
 * Draws an array; axes of length 1 do not count.
 *
 * @throws CopycatError USAGE for more than two axes, and for what are no numbers
 */
export function plotArray(array: CatalogArray, canvas: Canvas): string {
  const shape = array.shape.filter((length) => length !== 1);
  const [rows = 1, columns] = shape;
  if (shape.length > 2) {
    const slice = [...shape.slice(2).map(() => "0"), ":", ":"].join(",");
    throw new CopycatError(
      "USAGE",
      `${array.path} has shape [${array.shape}], and a plot has two axes. Take a part of it, such as the slice '${slice}'.`,
    );
  }
  const values = numbersOf(array);
  if (columns === undefined) return plotLine(values, canvas.width);
  return plotMap({ values, rows, columns }, canvas);
}

/** Complex numbers by their magnitude. */
function numbersOf({ path, dataType, data }: CatalogArray): ArrayLike<number> {
  if (!("fields" in dataType) && "biufc".includes(dataType.kind) && ArrayBuffer.isView(data)) {
    if (dataType.kind === "c") {
      const parts = data as Float32Array | Float64Array;
      return Float64Array.from({ length: parts.length / 2 }, (_, index) =>
        Math.hypot(parts[2 * index] ?? 0, parts[2 * index + 1] ?? 0),
      );
    }
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, Number);
    if (dataType.itemsize <= 8) return data;
  }
  throw new CopycatError("USAGE", `${path} holds no numbers that can be plotted.`);
}
