// Reading the bytes directly must give what the HDF5 library gives, or refuse.

import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { pickDirect } from "../../src/hdf5/direct/pick.ts";
import { writeHdf5 } from "../../src/hdf5/index.ts";
import { pick } from "../../src/hdf5/pick.ts";
import type { PickRequest, PickResult } from "../../src/hdf5/types.ts";
import { Walker } from "../../src/hdf5/walk.ts";
import { temporaryFolder } from "./temporary.ts";
import { withLibrary } from "./withLibrary.ts";

const at = temporaryFolder();
const fixtures = new URL("./fixtures/", import.meta.url);

/** Paths of all objects, and of some that are not there. */
function pathsIn(path: string): string[] {
  return withLibrary(path, (file) => {
    const walker = new Walker(file);
    const paths: string[] = ["/not/there", "/nope"];
    for (let item = walker.next(); item; item = walker.next()) paths.push(item.path);
    return paths;
  });
}

/** Both answers to the same question; `direct` is undefined when it was refused. */
function both(path: string, request: PickRequest): { direct: PickResult | undefined; library: PickResult } {
  return { direct: pickDirect(path, request), library: withLibrary(path, (file) => pick(file, request)) };
}

describe("reading directly", () => {
  const files = readdirSync(fixtures).filter((name) => name.endsWith(".h5"));
  const readable = files.filter((name) => !["truncated.h5", "empty.h5", "not_hdf5.h5"].includes(name));

  it.each(readable)("says what the library says about every object of %s, or refuses", (name) => {
    const path = new URL(name, fixtures).pathname;
    for (const object of pathsIn(path)) {
      const requests: PickRequest[] = [
        { datasets: [object], attributesOf: object, valuesOf: [object] },
        { datasets: [], valuesIn: object, scalarsOnly: true },
        { datasets: [], valuesIn: object, valueElements: 5 },
      ];
      for (const request of requests) {
        const answers = both(path, request);
        if (answers.direct) expect({ object, ...answers.direct }).toEqual({ object, ...answers.library });
      }
    }
  });

  it("does not refuse plain files", () => {
    const answered = (name: string, request: PickRequest) =>
      pickDirect(new URL(name, fixtures).pathname, request) !== undefined;
    expect(answered("numbers.h5", { datasets: ["/le/f8", "/be/u2", "/bool", "/le/enum"] })).toBe(true);
    expect(
      answered("strings.h5", { datasets: ["/vlen", "/fixed", "/vlen_scalar"], valuesOf: ["/vlen"] }),
    ).toBe(true);
    expect(answered("shapes.h5", { datasets: ["/chunked", "/zero", "/compact", "/null"] })).toBe(true);
    expect(answered("filters.h5", { datasets: ["/gzip_shuffle", "/blosc", "/szip"] })).toBe(true);
    expect(answered("latest.h5", { datasets: ["/single_chunk", "/extensible"] })).toBe(true);
    expect(answered("attributes.h5", { datasets: ["/nope"] })).toBe(true);
  });

  it.each(["truncated.h5", "empty.h5", "not_hdf5.h5", "missing.h5", ""])(
    "leaves '%s' to the library",
    (name) => {
      expect(pickDirect(new URL(name, fixtures).pathname, { datasets: ["/x"] })).toBeUndefined();
    },
  );

  describe("what writeHdf5 wrote", () => {
    const path = at("written.h5");
    beforeAll(() =>
      writeHdf5(path, {
        attributes: { title: "größe", values: new Float64Array([1, 2.5]) },
        children: {
          T: { data: 4.5, attributes: { units: "K" } },
          map: { data: new Float64Array(100), shape: [10, 10], gzip: 1, chunks: [4, 4] },
          g: { children: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d${i}`, { data: i }])) },
        },
      }),
    );

    it("is read directly and alike", () => {
      const request = {
        datasets: ["/T", "/map", "/g/d7", "/g/d299", "/g/d300"],
        attributesOf: "/",
        valuesIn: "/g",
        scalarsOnly: true,
        valuesOf: ["T"],
      };
      const answers = both(path, request);
      expect(answers.direct).toEqual(answers.library);
      expect(answers.direct?.values.d299).toBe("299.0");
    });
  });
});
