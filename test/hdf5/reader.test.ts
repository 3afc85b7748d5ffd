import { copyFileSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHdf5Reader, writeHdf5 } from "../../src/hdf5/index.ts";
import { temporaryFolder } from "./temporary.ts";

const at = temporaryFolder();
const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url).pathname;
const reader = openHdf5Reader({ workers: 1 });
afterAll(() => reader.close());

/** Descriptors of this process that are open on a file; threads share them. */
function openDescriptors(file: string): number {
  const links = readdirSync("/proc/self/fd", { withFileTypes: true });
  return links.filter((link) => {
    try {
      return readlinkSync(`/proc/self/fd/${link.name}`) === file;
    } catch {
      return false;
    }
  }).length;
}

describe("walk", () => {
  const wide = at("wide.h5");
  beforeAll(async () => {
    const children = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`d${index}`, { data: index }]),
    );
    await writeHdf5(wide, {
      children: { deep: { children: { deeper: { children: { x: { data: 1 } } } } }, wide: { children } },
    });
  });

  it("gives parents before children, depth first", async () => {
    const paths = [];
    for await (const { path } of reader.walk(wide)) paths.push(path);
    expect(paths.slice(0, 6)).toEqual(["/", "/deep", "/deep/deeper", "/deep/deeper/x", "/wide", "/wide/d0"]);
    expect(paths).toHaveLength(2005);
  });

  it("starts at another root, which may be a dataset", async () => {
    const paths = [];
    for await (const { path } of reader.walk(wide, { root: "deep/" })) paths.push(path);
    expect(paths).toEqual(["/deep", "/deep/deeper", "/deep/deeper/x"]);
    for await (const item of reader.walk(wide, { root: "/deep/deeper/x" })) expect(item.kind).toBe("dataset");
    for await (const item of reader.walk(wide, { root: "/nope" })) {
      expect(item).toMatchObject({ kind: "problem", code: "missing_dataset", path: "/nope" });
    }
  });

  it("lets other calls through while it waits, and releases the file when it is left", async () => {
    for await (const item of reader.walk(wide)) {
      if (item.path !== "/wide/d0") continue;
      expect(openDescriptors(wide)).toBe(1);
      const { single } = await reader.pick(wide, { datasets: [], valuesOf: ["/deep/deeper/x"] });
      expect(single).toEqual({ "/deep/deeper/x": "1.0" });
      break;
    }
    expect(openDescriptors(wide)).toBe(0);
  });
});

describe("pick", () => {
  const file = at("größe, 日本 %20#.h5");
  beforeAll(() =>
    writeHdf5(file, {
      attributes: { kind: "root" },
      children: {
        "10": { data: 10 },
        J: { data: 1.5 },
        list: { data: new Float64Array([1, 2, 3]) },
        g: { attributes: { kind: "group" }, children: { text: { data: "t" } } },
      },
    }),
  );

  it("gives descriptions, values and attributes by name, from a file with any name", async () => {
    const result = await reader.pick(file, {
      datasets: ["J", "/missing", "/g"],
      attributesOf: "/g",
      valuesIn: "/",
      scalarsOnly: true,
      valuesOf: ["list", "/g/text", "/missing"],
    });
    expect(result).toEqual({
      datasets: [
        expect.objectContaining({ kind: "dataset", path: "J", shape: [] }),
        {
          kind: "problem",
          path: "/missing",
          code: "missing_dataset",
          message: expect.stringContaining(file),
        },
        {
          kind: "problem",
          path: "/g",
          code: "missing_dataset",
          message: expect.stringContaining("is a group"),
        },
      ],
      attributes: { kind: '"group"' },
      values: { "10": "10.0", J: "1.5" },
      single: { list: "[1.0,2.0,3.0]", "/g/text": '"t"' },
    });
  });

  it("leaves out values longer than asked for, and gives arrays unless only scalars are wanted", async () => {
    const some = await reader.pick(file, { datasets: [], valuesIn: "/", valueElements: 2 });
    expect(Object.keys(some.values)).toEqual(["10", "J"]);
    const all = await reader.pick(file, { datasets: [], valuesIn: "/" });
    expect(all.values).toEqual({ "10": "10.0", J: "1.5", list: "[1.0,2.0,3.0]" });
  });

  it("finds a dataset where an earlier file had a group, and the other way round", async () => {
    const [one, two] = [at("one.h5"), at("two.h5")];
    await writeHdf5(one, { children: { x: { data: 1 } } });
    await writeHdf5(two, { children: { x: { children: {} } } });
    for (const [name, kind] of [
      [one, "dataset"],
      [two, "problem"],
      [one, "dataset"],
      [two, "problem"],
    ] as const) {
      const { datasets } = await reader.pick(name, { datasets: ["/x"] });
      expect(datasets).toMatchObject([{ kind }]);
    }
  });

  it("tells a link that leads nowhere from nothing at all, across files", async () => {
    const asked = [
      "/external_no_file",
      "/external_no_file/x",
      "/soft_dangling",
      "/external_group/nope",
      "/hard/x",
    ];
    const { datasets } = await reader.pick(fixture("links.h5"), {
      datasets: [...asked, "/external_group/back/external", "/external_group/back/external_no_file"],
    });
    expect(datasets.map((item) => (item.kind === "problem" ? item.code : item.kind))).toEqual([
      "dangling_link",
      "dangling_link",
      "dangling_link",
      "missing_dataset",
      "missing_dataset",
      "dataset",
      "dangling_link",
    ]);
    expect(datasets[0]).toMatchObject({ message: expect.stringContaining("not_there.h5") });
  });

  it("survives any number of missing datasets", async () => {
    const request = { datasets: Array.from({ length: 5000 }, (_, index) => `/nothing/at/${index}`) };
    const { datasets } = await reader.pick(file, request);
    expect(new Set(datasets.map((item) => item.kind))).toEqual(new Set(["problem"]));
    expect((await reader.pick(file, { datasets: ["/J"] })).datasets).toMatchObject([{ kind: "dataset" }]);
  });
});

describe("columns", () => {
  const file = at("columns.h5");
  beforeAll(() =>
    writeHdf5(file, {
      children: {
        p: {
          children: {
            a: { data: new Float64Array([1, 2, 3, 4]) },
            b: { data: new BigInt64Array([1n, 2n, 3n, 2n ** 60n]) },
            name: { data: ["w", "x", "y", "z"] },
            pair: { data: new Int32Array([1, 2, 3, 4, 5, 6, 7, 8]), shape: [4, 2] },
            other: { data: new Float64Array(3) },
            wide: { data: new Float64Array(8000), shape: [4, 2000] },
          },
        },
      },
    }),
  );

  it("gives a window of rows of what has the right length and is not too wide", async () => {
    const result = await reader.columns(file, {
      start: 2,
      count: 2,
      rows: 4,
      group: "/p",
      datasets: ["/p/b", "/p/other"],
    });
    expect(result).toEqual({
      group: {
        a: ["3.0", "4.0"],
        b: ["3", "1152921504606846976"],
        name: ['"y"', '"z"'],
        pair: ["[5,6]", "[7,8]"],
      },
      datasets: { "/p/b": ["3", "1152921504606846976"] },
    });
  });

  it("stops at the end, and has nothing for a group that is not there", async () => {
    const end = await reader.columns(file, { start: 3, count: 10, rows: 4, datasets: ["/p/a"] });
    expect(end.datasets).toEqual({ "/p/a": ["4.0"] });
    expect(await reader.columns(file, { start: 0, count: 1, rows: 4, group: "/q" })).toEqual({
      group: {},
      datasets: {},
    });
  });
});

describe("read", () => {
  it("takes slices with steps", async () => {
    const file = at("slices.h5");
    const data = Int32Array.from({ length: 12 }, (_, index) => index);
    await writeHdf5(file, { children: { d: { data, shape: [3, 4] } } });
    const { shape, bytes } = await reader.read(file, "/d", [
      { start: 1, stop: 99 },
      { start: 0, stop: 4, step: 2 },
    ]);
    expect(shape).toEqual([2, 2]);
    expect([...new Int32Array(bytes.buffer)]).toEqual([4, 6, 8, 10]);
    await expect(reader.read(file, "/d", [{ start: 0, stop: 1, step: 0 }])).rejects.toMatchObject({
      code: "USAGE",
    });
    await expect(reader.read(file, "/e")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("says which filter is missing", async () => {
    await expect(reader.read(fixture("filters.h5"), "/lzf")).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining("filter lzf"),
    });
  });

  it("pads variable-length strings to the longest", async () => {
    const { bytes, dataType } = await reader.read(fixture("strings.h5"), "/vlen");
    expect(dataType).toMatchObject({ kind: "S", itemsize: 8 });
    expect(Buffer.from(bytes).toString()).toBe("a\0\0\0\0\0\0\0längste\0\0\0\0\0\0\0\0");
  });
});

describe("a file that cannot be opened", () => {
  it.each([
    ["not there", () => at("missing.h5"), /missing\.h5: there is no such file$/],
    ["a folder", () => at("a-folder"), /a-folder is a folder$/],
    ["text", () => at("text.h5"), /text\.h5 is not an HDF5 file \(no signature found\)$/],
    ["HDF4", () => at("old.hdf"), /old\.hdf is an HDF4 file, not HDF5$/],
  ])("is refused with its name and the reason: %s", async (_, file, message) => {
    mkdirSync(at("a-folder"), { recursive: true });
    writeFileSync(at("text.h5"), "hello");
    writeFileSync(at("old.hdf"), Buffer.from([0x0e, 0x03, 0x13, 0x01, 0, 0]));
    await expect(reader.pick(file(), { datasets: [] })).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringMatching(message),
    });
  });

  it("may be too much for a thread, which is then replaced", async () => {
    const huge = at("huge.h5");
    const data = new Float64Array(12_000_000);
    await writeHdf5(huge, { children: { x: { data, gzip: 1, chunks: [1_000_000] }, y: { data: 1 } } });
    const greedy = reader.pick(huge, { datasets: [], valuesOf: ["/x"], valueElements: data.length });
    const beside = reader.pick(fixture("shapes.h5"), { datasets: ["/scalar"] });
    await expect(greedy).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringContaining(`${huge} cannot be read: it stopped the HDF5 reader`),
    });
    expect((await beside).datasets).toMatchObject([{ kind: "dataset" }]);
    const { single } = await reader.pick(huge, { datasets: [], valuesOf: ["/y"] });
    expect(single).toEqual({ "/y": "1.0" });
  }, 60_000);

  it("does not stop the calls beside it, on more threads than one", async () => {
    const two = openHdf5Reader({ workers: 2 });
    copyFileSync(fixture("shapes.h5"), at("good.h5"));
    const calls = Array.from({ length: 40 }, (_, index) =>
      two.pick(index % 2 ? at("text.h5") : at("good.h5"), { datasets: ["/scalar"] }).then(
        ({ datasets }) => datasets[0]?.kind,
        () => "refused",
      ),
    );
    expect(await Promise.all(calls)).toEqual(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? "refused" : "dataset")),
    );
    const late = Array.from({ length: 9 }, () => two.columns(at("good.h5"), { start: 0, count: 1, rows: 6 }));
    const ends = Promise.allSettled(late);
    await two.close();
    for (const end of await ends)
      expect(end).toMatchObject({ status: "rejected", reason: { code: "CANCELLED" } });
    await expect(two.pick(at("good.h5"), { datasets: [] })).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
