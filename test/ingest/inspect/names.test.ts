// Keys from paths, globs from names, samples from lists.

import { expect, it } from "vitest";
import { findPattern } from "../../../src/ingest/inspect/filePattern.ts";
import { spread } from "../../../src/ingest/inspect/sampleFolder.ts";
import { nameTypes } from "../../../src/ingest/inspect/typeNames.ts";

it.each([
  [["/spectra"], ["spectra"]],
  [
    ["/mh/x", "/ins/x", "/gs/energy"],
    ["mh_x", "ins_x", "energy"],
  ],
  [
    ["/a/b/x", "/c/b/x", "/x"],
    ["a_b_x", "c_b_x", "x"],
  ],
  // The same at any depth.
  [
    ["/a/b_c", "/a_b/c", "/x/b_c", "/x/c"],
    ["a_b_c", "a_b_c_2", "x_b_c", "x_c"],
  ],
  // What can be no key.
  [
    ["/.", `/${"a".repeat(1100)}`],
    ["array", "array_2"],
  ],
])("the types of %j are their last names, and unique", (paths, types) => {
  expect(nameTypes(paths)).toEqual(types);
});

const nothing = { others: [], unreadable: [], isComplete: true };

it.each([
  ["one ending", { inside: ["a.h5", "runs/b.h5"] }, "*.h5"],
  ["several endings", { inside: ["a.nxs", "b.h5"] }, "*.{h5,nxs}"],
  ["other endings", { inside: ["a.h5"], others: ["a.nxs"] }, "*.h5"],
  ["other names", { inside: ["H_01.h5", "H_02.h5"], others: ["calibration.h5"] }, "H_0*.h5"],
  ["names that have nothing in common", { inside: ["a.h5", "b.h5"], others: ["c.h5"] }, "{a.h5,b.h5}"],
  ["an unreadable file with an ending of its own", { inside: ["a.h5"], unreadable: ["x.hdf"] }, "*.h5"],
  ["an unreadable file among the others", { inside: ["a.h5", "b.h5"], unreadable: ["c.h5"] }, "*.h5"],
  ["characters that mean something", { inside: ["a[1].h5", "a[2].h5"], others: ["b.h5"] }, "a?*.h5"],
])("a pattern for %s", (_name, wish, pattern) => {
  expect(findPattern({ ...nothing, ...wish })).toBe(pattern);
});

it("has no pattern where a list of names would not be whole", () => {
  expect(
    findPattern({ ...nothing, inside: ["a.h5", "b.h5"], others: ["c.h5"], isComplete: false }),
  ).toBeNull();
});

it("spreads a sample evenly, first and last file included", () => {
  expect(spread(100, 4)).toEqual([0, 33, 66, 99]);
  expect(spread(3, 20)).toEqual([0, 1, 2]);
  expect(spread(5, 1)).toEqual([0]);
  expect(spread(0, 20)).toEqual([]);
});
