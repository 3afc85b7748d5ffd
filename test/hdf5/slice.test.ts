// Slices: their text, and what they take of an array.

import { describe, expect, it } from "vitest";
import { parseSlice, rangesShape, resolveSlice, type Slice } from "../../src/hdf5/slice.ts";
import { fc } from "../support/property.ts";
import { countingModel, shapes, sliceModel, slices, sliceText } from "./arrayModel.support.ts";

const range = (start: number | null, stop: number | null, step = 1) => ({ start, stop, step });

describe("parseSlice", () => {
  it.each([
    ["", []],
    ["  ", []],
    ["()", []],
    ["42", [42]],
    ["-1", [-1]],
    ["-0", [0]],
    [":", [range(null, null)]],
    ["::", [range(null, null)]],
    ["5:", [range(5, null)]],
    ["5::", [range(5, null)]],
    [":-3", [range(null, -3)]],
    [":7:", [range(null, 7)]],
    ["1:3,0:6:2", [range(1, 3), range(0, 6, 2)]],
    ["(1:3, 4, 1:5:2, ...)", [range(1, 3), 4, range(1, 5, 2), "..."]],
    ["[0:10, :]", [range(0, 10), range(null, null)]],
    ["...", ["..."]],
    ["...,0", ["...", 0]],
    ["(3,)", [3]],
    [" 1 : 2 : 3 ", [range(1, 2, 3)]],
    ["::2", [range(null, null, 2)]],
    ["2::3", [range(2, null, 3)]],
    [":5:2", [range(null, 5, 2)]],
  ])("reads '%s'", (text, slice) => {
    expect(parseSlice(text)).toEqual(slice);
  });

  it.each([
    ["a", "'a' is neither an index nor a range"],
    ["1.5", "'1.5' is neither"],
    ["1,,2", "'' is neither"],
    [",", "'' is neither"],
    ["1:2:3:4", "'1:2:3:4' is neither"],
    ["None", "'None' is neither"],
    ["1;drop table nodes", "neither an index nor a range"],
    ["(1", "'(1' is neither"],
    ["...,...", "more than one '...'"],
    ["::0", "a step cannot be 0"],
    ["::-1", "steps backwards are not read"],
    ["5:1:-2", "steps backwards"],
    ["99999999999999999999", "99999999999999999999 is larger than any array"],
    ["１", "neither"],
    ["\u0000", "neither"],
  ])("refuses '%s' with a sentence", (text, reason) => {
    expect(() => parseSlice(text)).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining(reason) }),
    );
  });

  it.each(["x", "9", ":"])("does not repeat a megabyte of '%s'", (text) => {
    expect(() => parseSlice(text.repeat(1_000_000))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{50,500}$/s) }),
    );
  });

  it("reads what numpy would write of any slice", () => {
    fc.assert(
      fc.property(slices(4), (slice) => {
        expect(parseSlice(sliceText(slice))).toEqual(slice);
      }),
    );
  });
});

describe("resolveSlice", () => {
  it("takes what an enumeration takes, of any shape", () => {
    fc.assert(
      fc.property(shapes, slices(4), (shape, slice) => {
        const model = countingModel(shape);
        const expected = sliceModel(model, slice);
        if (expected === null) {
          expect(() => resolveSlice(slice, shape)).toThrow(expect.objectContaining({ code: "USAGE" }));
          return;
        }
        const ranges = resolveSlice(slice, shape);
        expect(rangesShape(ranges)).toEqual(expected.shape);
        const taken: number[] = [];
        const visit = (axis: number, place: number): void => {
          const current = ranges[axis];
          if (current === undefined) {
            taken.push(place);
            return;
          }
          for (let index = 0; index < current.count; index++) {
            visit(axis + 1, place * (shape[axis] ?? 0) + current.start + index * current.step);
          }
        };
        visit(0, 0);
        expect(taken).toEqual(expected.values);
      }),
      { numRuns: 500 },
    );
  });

  const refusals: [Slice, number[], string][] = [
    [[5], [5], "index 5 is out of bounds for axis 0, which has 5 elements"],
    [[-6], [5], "index -6 is out of bounds for axis 0"],
    [[0, 0], [5], "the slice has 2 items, but the array has 1 axes (shape [5])"],
    [[0], [], "the slice has 1 items"],
    [[range(0, 2, 0)], [5], "steps are at least 1"],
    [[range(0, 2, -1)], [5], "steps are at least 1"],
    [[0.5], [5], "index 0.5 is out of bounds"],
  ];
  it.each(refusals)("refuses %j of shape %j", (slice, shape, reason) => {
    expect(() => resolveSlice(slice, shape)).toThrow(reason);
  });

  it("cuts ranges at the ends, as numpy does, and takes nothing beyond them", () => {
    expect(rangesShape(resolveSlice(parseSlice("-100:100,9:"), [5, 3]))).toEqual([5, 0]);
    expect(rangesShape(resolveSlice(parseSlice("4:2"), [5]))).toEqual([0]);
  });
});
