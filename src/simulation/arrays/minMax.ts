// The least and the greatest value of an array, for summaries and for passing over what cannot match.

import type { SimulationArray } from "../types.ts";
import { undefinedTest } from "./undefined.ts";

export interface MinMax {
  min: number | null;
  max: number | null;
}

/** Undefined values do not count; texts, empty arrays and those of undefined values alone have none. */
export function minMax({ dtype, data }: SimulationArray): MinMax {
  if (dtype.slice(1).startsWith("U")) return { min: null, max: null };
  const isUndefined = undefinedTest(dtype);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let isEmpty = true;
  for (const value of data) {
    if (isUndefined(value)) continue;
    const number = Number(value);
    isEmpty = false;
    if (number < min) min = number;
    if (number > max) max = number;
  }
  return isEmpty ? { min: null, max: null } : { min, max };
}
