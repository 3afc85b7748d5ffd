// Rows of one data set that follow each other are read in one go: a message and a read each would take longer than the
// values themselves.

import { CopycatError } from "../../errors.ts";
import type { ArrayData, ArrayPart, Slice } from "../../hdf5/index.ts";
import { viewOf } from "./locator.ts";
import type { ArrayLocator } from "./types.ts";

/** Arrays that are read in one go: any single one, or rows of one data set, each the next one. */
export type Run = [ArrayLocator, ...ArrayLocator[]];

const runBytes = 4_194_304;

/** @param locators of one file each */
export function makeRuns(locators: readonly ArrayLocator[]): Run[] {
  const runs: Run[] = [];
  let bytes = 0;
  for (const locator of locators) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const own = locator.shape.reduce((product, length) => product * length, locator.dataType.itemsize);
    bytes += own;
    if (run !== undefined && before !== undefined && bytes <= runBytes && isNextRow(before, locator))
      run.push(locator);
    else {
      runs.push([locator]);
      bytes = own;
    }
  }
  return runs;
}

function isNextRow(before: ArrayLocator, locator: ArrayLocator): boolean {
  const [row, next] = [rowOf(before), rowOf(locator)];
  return (
    row !== undefined &&
    next === row + 1 &&
    before.files[0] === locator.files[0] &&
    before.dataset === locator.dataset &&
    before.shape.length === locator.shape.length &&
    before.shape.every((length, axis) => length === locator.shape[axis])
  );
}

/** The row of its data set that an array is; undefined when it is anything else. */
function rowOf({ slice, squeeze }: ArrayLocator): number | undefined {
  const [item] = slice ?? [];
  return slice?.length === 1 && typeof item === "number" && item >= 0 && !squeeze ? item : undefined;
}

export function partOfRun(run: Run, part: Slice): ArrayPart {
  const [first] = run;
  const [file = ""] = first.files;
  const { dataset } = first;
  if (run.length === 1) return { file, dataset, view: viewOf(first, part) };
  const start = rowOf(first) ?? 0;
  const view = {
    slice: [{ start, stop: start + run.length, step: 1 }],
    shape: [run.length, ...first.shape],
    part: [{ start: null, stop: null, step: 1 }, ...part],
  };
  return { file, dataset, view };
}

/** What was read of a run, array by array: views of the same bytes. */
export function splitRun(
  run: Run,
  read: ArrayData | CopycatError,
): [ArrayLocator, ArrayData | CopycatError][] {
  if (run.length === 1 || read instanceof CopycatError) return run.map((locator) => [locator, read]);
  const shape = read.shape.slice(1);
  const rowBytes = read.bytes.length / run.length;
  return run.map((locator, index) => {
    const bytes = read.bytes.subarray(index * rowBytes, (index + 1) * rowBytes);
    return [locator, { ...read, shape, bytes }];
  });
}
