// `copycat/read`: the same functions, without what loads need.

import { expect, it } from "vitest";
import * as whole from "../../src/index.ts";
import * as reading from "../../src/read/index.ts";

it("is a part of the whole", () => {
  expect(Object.keys(reading).length).toBeGreaterThan(5);
  expect(whole).toMatchObject(reading);
});

it("is named in package.json beside the whole", async () => {
  const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
  expect(Object.keys(manifest.exports)).toEqual([".", "./read"]);
});
