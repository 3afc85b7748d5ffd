// Views: a slice, perhaps another shape, and a part of that, worked out as ranges to read and cuts to make.

import { describe, expect, it } from "vitest";
import { parseSlice } from "../../src/hdf5/slice.ts";
import { type ArrayView, applyCuts, planView } from "../../src/hdf5/view.ts";
import { fc } from "../support/property.ts";
import { countingModel, type Model, shapes, sliceModel, slices } from "./arrayModel.support.ts";

const name = "a.h5: /x";

/** What a file with these values gives for ranges of its own axes, elements of `inner` values included. */
function readRanges(
  model: Model,
  fileAxes: number,
  ranges: ReturnType<typeof planView>["ranges"],
): Uint8Array {
  const inner = model.shape.slice(fileAxes).reduce((product, length) => product * length, 1);
  const values: number[] = [];
  const visit = (axis: number, place: number): void => {
    const range = ranges[axis];
    if (range === undefined) {
      values.push(...model.values.slice(place * inner, (place + 1) * inner));
      return;
    }
    for (let index = 0; index < range.count; index++) {
      visit(axis + 1, place * (model.shape[axis] ?? 0) + range.start + index * range.step);
    }
  };
  visit(0, 0);
  return new Uint8Array(Uint16Array.from(values).buffer);
}

function valuesOf(bytes: Uint8Array): number[] {
  return [...new Uint16Array(bytes.slice().buffer)];
}

describe("planView", () => {
  it("does what one step after the other does, of any shape and split into axes of the file and of its elements", () => {
    fc.assert(
      fc.property(shapes, slices(3), slices(3), fc.nat(4), (shape, slice, part, axes) => {
        const model = countingModel(shape);
        const sliced = sliceModel(model, slice);
        const expected = sliced === null ? null : sliceModel(sliced, part);
        fc.pre(expected !== null && sliced !== null);
        const fileAxes = Math.min(axes, shape.length);
        const plan = planView({ name, shape, fileAxes }, { slice, shape: sliced?.shape ?? [], part });
        const bytes = applyCuts(readRanges(model, fileAxes, plan.ranges), plan.cuts, 2);
        expect({ shape: plan.shape, values: valuesOf(bytes) }).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("sees the same elements in another shape, and takes a part of that", () => {
    const model = countingModel([4, 6]);
    const plan = planView(
      { name, shape: [4, 6], fileAxes: 2 },
      { slice: parseSlice("::2"), shape: [3, 4], part: parseSlice("1:,::3") },
    );
    const bytes = applyCuts(readRanges(model, 2, plan.ranges), plan.cuts, 2);
    // Rows 0 and 2 of four by six are 0-5 and 12-17, in three rows of four: 4 5 12 13, 14 15 16 17.
    expect({ shape: plan.shape, values: valuesOf(bytes) }).toEqual({
      shape: [2, 2],
      values: [4, 13, 14, 17],
    });
  });

  it("takes a scalar for the array of one element that it is registered as", () => {
    const scalar = { name, shape: [], fileAxes: 0 };
    expect(planView(scalar, { shape: [1] })).toEqual({ ranges: [], cuts: [], shape: [1] });
    expect(planView(scalar, { shape: [1], part: [0] }).shape).toEqual([]);
  });

  it("takes axes of length 1 away when it is to squeeze", () => {
    const plan = planView({ name, shape: [1, 5, 1], fileAxes: 3 }, { squeeze: true, part: [2] });
    expect(plan.shape).toEqual([]);
    expect(plan.ranges.map(({ start }) => start)).toEqual([0, 2, 0]);
  });

  it("reads only what is wanted where ranges can say it, and cuts nothing", () => {
    const plan = planView(
      { name, shape: [10, 600, 400], fileAxes: 3 },
      { slice: [7], shape: [600, 400], part: parseSlice("0:10") },
    );
    expect(plan.cuts).toEqual([]);
    expect(plan.ranges.map(({ start, count }) => [start, count])).toEqual([
      [7, 1],
      [0, 10],
      [0, 400],
    ]);
  });

  const refusals: [ArrayView, string, string][] = [
    [
      { shape: [4] },
      "UNREADABLE_SOURCE",
      "a.h5: /x has shape [3,2], which is not the shape [4] that is expected",
    ],
    [
      { slice: [5], shape: [2] },
      "UNREADABLE_SOURCE",
      "a.h5: /x has shape [3,2], which its slice does not fit: index 5",
    ],
    [
      { slice: [0], shape: [3] },
      "UNREADABLE_SOURCE",
      "has shape [2] in its slice (of [3,2]), which is not the shape [3]",
    ],
    [{ part: [3] }, "USAGE", "a.h5: /x: index 3 is out of bounds for axis 0, which has 3 elements"],
    [{ slice: [0], part: [0, 0] }, "USAGE", "a.h5: /x: the slice has 2 items"],
  ];
  it.each(refusals)("refuses %j", (view, code, message) => {
    expect(() => planView({ name, shape: [3, 2], fileAxes: 2 }, view)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
