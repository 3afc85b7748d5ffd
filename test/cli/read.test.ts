// The commands that read values and list where they lie.

import { readFileSync, rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { callCli, runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { readNdjson, useFolder } from "../support/files.ts";

const database = useDatabase();
const folder = useFolder();
const call = (...args: string[]) => callCli([...args, "--dsn", database.dsn]);

beforeAll(async () => {
  for (const name of ["a", "b"]) {
    await folder.hdf5(`VDP/${name}.h5`, {
      children: {
        J: { data: 1 },
        m: { data: Float64Array.of(0, 0.5, 1, 1.5) },
        map: { data: Int32Array.from({ length: 12 }, (_, index) => index), shape: [3, 4] },
        cube: { data: Int32Array.from({ length: 8 }, (_, index) => index), shape: [2, 2, 2] },
        names: { data: ["x", "y,z"] },
      },
    });
  }
  const artifacts = ["m", "map", "cube", "names"]
    .map((type) => `{ type: ${type}, dataset: /${type} }`)
    .join(", ");
  const yaml = folder.text(
    "vdp.yaml",
    `label: VDP\ndata: { directory: VDP, layout: per_entity }\nartifacts: [${artifacts}]\n`,
  );
  expect((await call("ingest", yaml, "--quiet")).code).toBe(0);
});

describe("read", () => {
  it("prints a short table, and what it is on stderr", async () => {
    expect(await call("read", "VDP/a/m")).toEqual({
      code: 0,
      stdout: "[0.  0.5 1.  1.5]\n",
      stderr: "/VDP/a/m: float64, shape [4]\n",
    });
    expect(await call("read", "/VDP/a/map", "--slice", "1:,::2", "--quiet")).toEqual({
      code: 0,
      stdout: "[[ 4  6]\n [ 8 10]]\n",
      stderr: "",
    });
  });

  it("prints CSV, TSV and JSON", async () => {
    expect((await call("read", "VDP/a/m", "--format", "csv")).stdout).toBe(
      "index,value\n0,0.0\n1,0.5\n2,1.0\n3,1.5\n",
    );
    expect((await call("read", "VDP/a/map", "--format", "tsv")).stdout).toBe(
      "0\t1\t2\t3\n4\t5\t6\t7\n8\t9\t10\t11\n",
    );
    expect((await call("read", "VDP/a/names", "--format", "csv")).stdout).toBe('index,value\n0,x\n1,"y,z"\n');
    const json = await call("read", "VDP/a/map", "--slice", "-1", "--json");
    expect(json).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(json.stdout)).toEqual({
      path: "/VDP/a/map",
      shape: [4],
      dtype: "int32",
      data: [8, 9, 10, 11],
    });
    expect((await call("read", "VDP/a/map", "--slice", "-1", "--format", "json")).stdout).toBe(json.stdout);
  });

  it("writes a file, and says how large it is", async () => {
    const file = folder.path("out.npy");
    expect(await call("read", "VDP/a/map", "--out", file)).toEqual({
      code: 0,
      stdout: "",
      stderr: `/VDP/a/map: int32, shape [3, 4]\n176 bytes in ${file}\n`,
    });
    const bytes = readFileSync(file);
    expect(bytes.toString("latin1", 10, 70)).toContain(
      "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4), }",
    );
    expect([...new Int32Array(new Uint8Array(bytes.subarray(128)).buffer)]).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    const csv = folder.path("out.data");
    const json = await call("read", "VDP/a/m", "--out", csv, "--format", "csv", "--json");
    expect(JSON.parse(json.stdout)).toEqual({
      path: "/VDP/a/m",
      shape: [4],
      dtype: "float64",
      file: csv,
      format: "csv",
      bytes: 36,
    });
    expect(json.stderr).toBe("");
  });

  it("pipes npy byte by byte", async () => {
    const { code, stdout } = await runCli(
      ["read", "VDP/a/names", "--format", "npy", "--dsn", database.dsn, "--quiet"],
      {
        cwd: folder.root,
      },
    );
    expect(code).toBe(0);
    expect(stdout.endsWith("\nx\0\0y,z")).toBe(true);
  });

  it("draws one axis as a line and two as a map", async () => {
    const line = await call("read", "VDP/a/m", "--plot");
    expect(line.code).toBe(0);
    expect(line.stdout.split("\n")[0]).toMatch(/^ 1\.5 ┤ +[\u2800-\u28ff]+$/);
    const map = await call("read", "VDP/a/map", "--plot", "--quiet");
    expect(map).toMatchObject({ code: 0, stderr: "" });
    expect(map.stdout.split("\n").slice(0, 3)).toEqual(["0   .:", "  -=+*", "2 #%@@"]);
    expect(map.stdout).toContain("0 | .:-=+*#%@| 11");
    expect(map.stdout).not.toContain("\x1b");
  });

  it.each([
    [["VDP/a/m", "--slice", "9"], 2, "/VDP/a/m: index 9 is out of bounds for axis 0, which has 4 elements."],
    [["VDP/a/m", "--slice", "::-1"], 2, "steps backwards are not read"],
    [["VDP/a/m", "--slice", "x"], 2, "'x' is neither an index nor a range"],
    [["VDP/a/m", "--format", "npz"], 2, "Allowed choices are table, csv, tsv, json, npy"],
    [["VDP/a/m", "--out", "m.xlsx"], 2, "m.xlsx does not say its format"],
    [["VDP/a/m", "--out", "m.csv", "--format", "table"], 2, "A table is for reading on a terminal"],
    [["VDP/a/m", "--plot", "--json"], 2, "--plot draws; leave --json and --format out"],
    [["VDP/a/m", "--json", "--format", "csv"], 2, "--json and --format contradict each other"],
    [["VDP/a/cube", "--format", "csv"], 2, "such as the slice '0,:,:'"],
    [["VDP/a/cube", "--plot"], 2, "such as the slice '0,:,:'"],
    [["VDP/a/names", "--plot"], 2, "holds no numbers that can be plotted"],
    [["VDP/a"], 2, "/VDP/a is a container; name an array in it. `copycat show /VDP/a` lists"],
    [["VDP/z/m"], 1, "There is no node /VDP/z/m: /VDP has no child z."],
    [["VDP/a/m", "--out", "no/such/folder/m.npy"], 1, "Cannot write no/such/folder/m.npy"],
  ])("refuses %j with %i", async (args, code, message) => {
    const result = await call("read", ...args);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
  });

  it("says with --json in JSON what went wrong, and tells which file is gone", async () => {
    rmSync(folder.path("VDP/b.h5"));
    const { code, stdout } = await call("read", "VDP/b/m", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "failed",
      error: {
        code: "UNREADABLE_SOURCE",
        message: expect.stringMatching(
          /VDP\/b\.h5: there is no such file\. Is it still the file that \/VDP\/b\/m/,
        ),
      },
    });
  });
});

describe("locators", () => {
  it("prints one JSON object a line", async () => {
    const { code, stdout, stderr } = await call("locators", "VDP", "--artifact", "map");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(
      ["a", "b"].map((entity) => ({
        entity,
        artifact: "map",
        file: folder.path(`VDP/${entity}.h5`),
        num: null,
        dataset: "/map",
        slice: null,
        index: null,
        shape: [3, 4],
        dtype: "int32",
      })),
    );
  });

  it("prints CSV, and one JSON document", async () => {
    const csv = (await call("locators", "VDP", "--format", "csv")).stdout.split("\n");
    expect(csv).toHaveLength(10);
    expect(csv[1]).toBe(`a,m,${folder.path("VDP/a.h5")},,/m,,,[4],float64`);
    expect(JSON.parse((await call("locators", "VDP", "--json")).stdout)).toHaveLength(8);
    expect(JSON.parse((await call("locators", "VDP", "--json", "--artifact", "no")).stdout)).toEqual([]);
  });

  it("writes a file", async () => {
    const file = folder.path("out.ndjson");
    const { code, stdout, stderr } = await call("locators", "VDP", "--out", file);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: `8 locators in ${file}\n` });
    expect(await readNdjson(file)).toHaveLength(8);
    const json = await call("locators", "VDP", "--out", file, "--json");
    expect(JSON.parse(json.stdout)).toEqual({ file, locators: 8 });
  });

  it.each([
    [["NOPE"], 1, "There is no node /NOPE: / has no child NOPE."],
    [["VDP/a/m"], 2, "/VDP/a/m is of the family array; a dataset is a container"],
    [["VDP", "--format", "parquet"], 2, "Parquet is not for a terminal; name a file with --out"],
    [["VDP", "--json", "--format", "csv"], 2, "leave --format out"],
    [["VDP", "--out", "x.txt"], 2, "x.txt does not say its format"],
    [["VDP", "--artifact", "/"], 2, "An artifact is named by its key"],
  ])("refuses %j with %i", async (args, code, message) => {
    const result = await call("locators", ...args);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
  });
});
