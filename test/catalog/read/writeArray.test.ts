// Arrays into files: whole or not at all.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeArray } from "../../../src/catalog/index.ts";
import { npyHeader } from "../../../src/catalog/read/npy.ts";
import { useFolder } from "../../support/files.ts";
import { doubles } from "./arrays.support.ts";

const folder = useFolder();
const array = doubles([2, 3], [1, 2, 3, 4, 5, 6.5]);

describe("writeArray", () => {
  it("writes what the name of the file says", async () => {
    const npy = folder.path("a.npy");
    expect(await writeArray(array, npy)).toBe(128 + 48);
    const bytes = readFileSync(npy);
    expect(bytes.subarray(0, 128)).toEqual(npyHeader(array));
    expect([...new Float64Array(new Uint8Array(bytes.subarray(128)).buffer)]).toEqual([1, 2, 3, 4, 5, 6.5]);
    await writeArray(array, folder.path("a.CSV"));
    expect(readFileSync(folder.path("a.CSV"), "utf8")).toBe("1.0,2.0,3.0\n4.0,5.0,6.5\n");
    await writeArray(array, folder.path("a.tsv"));
    expect(readFileSync(folder.path("a.tsv"), "utf8")).toBe("1.0\t2.0\t3.0\n4.0\t5.0\t6.5\n");
    await writeArray(array, folder.path("a.json"));
    expect(JSON.parse(readFileSync(folder.path("a.json"), "utf8"))).toMatchObject({
      shape: [2, 3],
      dtype: "float64",
    });
    await writeArray(array, folder.path("any.name"), "csv");
    expect(readFileSync(folder.path("any.name"), "utf8")).toContain("4.0,5.0,6.5");
  });

  it("writes many lines, each once", async () => {
    const values = Array.from({ length: 12_345 }, (_, index) => index);
    await writeArray(doubles([12_345], values), folder.path("long.csv"));
    const lines = readFileSync(folder.path("long.csv"), "utf8").split("\n");
    expect(lines).toHaveLength(12_347);
    expect(lines[12_345]).toBe("12344,12344.0");
  });

  it.each(["a", "a.txt", ".npy2", "folder.npy/x"])(
    "refuses the name %s, which says no format",
    async (name) => {
      await expect(writeArray(array, folder.path(name))).rejects.toMatchObject({
        code: "USAGE",
        message: expect.stringContaining(
          "does not say its format. End its name with one of .npy, .csv, .tsv, .json.",
        ),
      });
    },
  );

  it("leaves what was there, and nothing beside it, when it fails", async () => {
    const before = readdirSync(folder.root).length;
    writeFileSync(folder.path("kept.csv"), "kept");
    await expect(writeArray(doubles([1, 1, 1], [1]), folder.path("kept.csv"))).rejects.toMatchObject({
      code: "USAGE",
    });
    expect(readFileSync(folder.path("kept.csv"), "utf8")).toBe("kept");
    folder.folder("is.csv");
    for (const name of ["is.csv", "not/there.csv"]) {
      await expect(writeArray(array, folder.path(name))).rejects.toMatchObject({
        code: "UNREADABLE_SOURCE",
        message: expect.stringContaining(`Cannot write ${folder.path(name)}: `),
      });
    }
    expect(readdirSync(folder.root)).toHaveLength(before + 2);
  });

  it("replaces a file, and writes into what is none", async () => {
    writeFileSync(folder.path("old.csv"), "x".repeat(1000));
    await writeArray(array, folder.path("old.csv"));
    expect(readFileSync(folder.path("old.csv"), "utf8")).toBe("1.0,2.0,3.0\n4.0,5.0,6.5\n");
    expect(await writeArray(array, "/dev/null", "csv")).toBe(24);
  });
});
