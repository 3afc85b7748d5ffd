// Folders of JSON files: what is found in them, in which order, and what becomes of files that will not do.

import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openFolder, type RefusedPart } from "../../../src/simulation/formats/index.ts";
import type { SimulationSource } from "../../../src/simulation/types.ts";
import { useFolder } from "../../support/files.ts";
import { updatesOf, valuesOf } from "./support.ts";

const folder = useFolder();

const update = (dataset: string, id: number[], speed: unknown[]): string =>
  JSON.stringify({ [dataset]: { segments: { id, speed } } });

/** Writes files below a new folder, and opens it. */
async function open(
  name: string,
  files: Record<string, string | Uint8Array>,
  options: Parameters<typeof openFolder>[1] = {},
): Promise<SimulationSource & { notices: readonly string[] }> {
  folder.folder(name);
  for (const [file, content] of Object.entries(files)) folder.text(`${name}/${file}`, content);
  return openFolder(folder.path(name), options);
}

describe("a folder with init_data and updates", () => {
  it("lists datasets with updates, with an initial dataset, and with both", async () => {
    const source = await open("both", {
      "init_data/roads.json": '{"data":{"segments":{"id":[1,2]}}}',
      "init_data/water.json": '{"data":{"nodes":{"id":[1]}}}',
      "updates/t0_0_roads.json": update("roads", [1], [10]),
      "updates/t1_0_rail.json": update("rail", [1], [10]),
    });
    expect(await source.listDatasets()).toEqual([
      { name: "rail", updates: 1, hasInitial: false },
      { name: "roads", updates: 1, hasInitial: true },
      { name: "water", updates: 0, hasInitial: true },
    ]);
    expect(source.notices).toEqual([]);
  });

  it("reads updates in the order of numbers, not of texts, and iterations within a timestamp", async () => {
    const source = await open("order", {
      "updates/t10800_0_a.json": update("a", [1], [4]),
      "updates/t3600_0_a.json": update("a", [1], [1]),
      "updates/t3600_10_a.json": update("a", [1], [3]),
      "updates/t3600_2_a.json": update("a", [1], [2]),
    });
    const updates = await updatesOf(source, "a");
    expect(updates.map(({ timestamp, iteration }) => [timestamp, iteration])).toEqual([
      [3600, 0],
      [3600, 2],
      [3600, 10],
      [10800, 0],
    ]);
    expect(updates.map(({ data }) => data.segments?.speed)).toEqual([[1], [2], [3], [4]]);
    expect(await source.listTimestamps("a")).toEqual([3600, 10800]);
    expect(await source.listTimestamps("a", "segments")).toEqual([3600, 10800]);
    expect(await source.listTimestamps("a", "none")).toEqual([]);
  });

  it("has nothing of a dataset that is not there", async () => {
    const source = await open("unknown", { "updates/t0_0_a.json": update("a", [1], [1]) });
    expect(await updatesOf(source, "b")).toEqual([]);
    expect(await source.listTimestamps("b")).toEqual([]);
    expect(await source.readInitial("b")).toBeNull();
  });

  it("reads a window of time, and only the groups and attributes asked for", async () => {
    const two = (t: number): string =>
      JSON.stringify({ a: { g: { id: [1], x: [t], y: [t] }, h: { id: [1], z: [t] } } });
    const source = await open("window", {
      "updates/t1_0_a.json": two(1),
      "updates/t2_0_a.json": two(2),
      "updates/t2_1_a.json": JSON.stringify({ a: { g: { id: [1], y: [3] } } }),
      "updates/t3_0_a.json": two(3),
    });
    const keys = async (query: Parameters<typeof updatesOf>[2]): Promise<unknown> =>
      (await updatesOf(source, "a", query)).map(({ timestamp, iteration }) => [timestamp, iteration]);
    expect(await keys({ from: 2, to: 2 })).toEqual([
      [2, 0],
      [2, 1],
    ]);
    expect(await keys({ after: { timestamp: 2, iteration: 0 } })).toEqual([
      [2, 1],
      [3, 0],
    ]);
    expect(await keys({ attributes: ["x"] })).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    expect((await updatesOf(source, "a", { attributes: ["x", "z"], groups: ["h"], to: 1 }))[0]?.data).toEqual(
      {
        h: { id: [1], z: [1] },
      },
    );
  });
});

describe("names of files", () => {
  it("may have dots, dashes, spaces and more in the dataset's name", async () => {
    const names = ["a-b", "a.b.json", "ä ö", "__proto__", "t1_0_t1_0", 'q"uote', "line\nfeed", "a_b"];
    const files = Object.fromEntries(names.map((name) => [`t1_0_${name}.json`, `{"data":{"g":{"id":[1]}}}`]));
    const source = await open("hostile", files);
    expect((await source.listDatasets()).map(({ name }) => name)).toEqual([...names].sort());
    for (const name of names) expect(await updatesOf(source, name)).toHaveLength(1);
  });

  it("that are none of an update are left alone, with a notice", async () => {
    const source = await open("others", {
      "updates/t1_0_a.json": update("a", [1], [1]),
      "updates/notes.txt": "hello",
      "updates/t1.5_0_a.json": "{}",
      "updates/.t2_0_a.json": "half written",
    });
    expect(await updatesOf(source, "a")).toHaveLength(1);
    expect(source.notices).toEqual([expect.stringMatching(/ and 2 more are left alone/)]);
  });

  it("that are links to devices and pipes are refused: to read one may never end", async () => {
    folder.folder("links");
    execFileSync("ln", ["-s", "/dev/zero", folder.path("links/t1_0_a.json")]);
    await open("links", { "t-2_0_a.json": update("a", [1], [1]) });
    const source = await openFolder(folder.path("links"));
    const parts = [];
    for await (const entries of source.listUpdates()) {
      for await (const part of source.readEntries(entries)) parts.push(part);
    }
    expect(parts).toMatchObject([{ timestamp: -2 }, { code: "unreadable_file" }]);
  });

  it("of pipes are left alone: to read one may never end", async () => {
    folder.folder("pipes");
    execFileSync("mkfifo", [folder.path("pipes/t1_0_a.json")]);
    const source = await open("pipes", { "t2_0_a.json": update("a", [1], [1]) });
    expect(await source.listTimestamps("a")).toEqual([2]);
    expect(source.notices).toEqual([expect.stringMatching(/t1_0_a\.json is left alone/)]);
  });

  it("may follow another pattern", async () => {
    const source = await open(
      "pattern",
      { "updates/roads@7.3.json": update("roads", [1], [5]) },
      { updatePattern: /^(?<dataset>.+)@(?<timestamp>\d+)\.(?<iteration>\d+)\.json$/ },
    );
    expect(await updatesOf(source, "roads")).toEqual([
      {
        dataset: "roads",
        timestamp: 7,
        iteration: 3,
        origin: null,
        data: { segments: { id: [1], speed: [5] } },
      },
    ]);
  });
});

describe("where the files are", () => {
  it("a folder of updates alone, and updates with init_data beside them", async () => {
    const flat = await open("flat", { "t0_0_a.json": update("a", [1], [1]) });
    expect(await flat.listDatasets()).toEqual([{ name: "a", updates: 1, hasInitial: false }]);
    await open("pair", {
      "init_data/a.json": '{"data":{"segments":{"id":[1]}}}',
      "updates/t0_0_a.json": update("a", [1], [1]),
    });
    const beside = await openFolder(folder.path("pair/updates"));
    expect(await beside.listDatasets()).toEqual([{ name: "a", updates: 1, hasInitial: true }]);
  });

  it("named by the caller", async () => {
    folder.text("far/one/a.json", '{"data":{"segments":{"id":[1]}}}');
    folder.text("far/two/t0_0_a.json", update("a", [1], [1]));
    const source = await openFolder(folder.path("far/two"), { initialData: folder.path("far/one") });
    expect(await source.listDatasets()).toEqual([{ name: "a", updates: 1, hasInitial: true }]);
  });

  it.each([
    ["nothing", {}, /nothing is empty: expected the folders init_data and updates/],
    ["other", { "x.txt": "x" }, /other holds no simulation/],
  ])("%s is refused with a sentence", async (name, files, message) => {
    await expect(open(name, files)).rejects.toThrow(message);
  });

  it("a path that is not there is refused with a sentence", async () => {
    await expect(openFolder(folder.path("missing"))).rejects.toThrow(/missing: it does not exist/);
  });
});

describe("documents", () => {
  it.each([
    ["under the dataset's name", '{"a":{"g":{"id":[1],"x":[2]}}}', null],
    ["under data", '{"data":{"g":{"id":[1],"x":[2]}}}', null],
    [
      "with all that is known of it",
      '{"dataset":{"name":"a","type":"t"},"timestamp":1,"iteration":0,"model":{"name":"m","type":"t"},"data":{"g":{"id":[1],"x":[2]}}}',
      "m",
    ],
    ["with general beside it", '{"general":{"special":{}},"a":{"g":{"id":[1],"x":[2]}}}', null],
    ["with a byte order mark", '\ufeff{"a":{"g":{"id":[1],"x":[2]}}}', null],
  ])("%s", async (name, text, origin) => {
    const source = await open(`forms/${name}`, { "t1_0_a.json": text });
    expect(await updatesOf(source, "a")).toEqual([
      { dataset: "a", timestamp: 1, iteration: 0, origin, data: { g: { id: [1], x: [2] } } },
    ]);
  });

  it("packed with gzip, by their bytes and not by their names", async () => {
    const packed = gzipSync(update("a", [1], [7]));
    const source = await open("packed", { "t0_0_a.json.gz": packed, "t1_0_a.json": packed });
    expect((await updatesOf(source, "a")).map(({ data }) => data)).toEqual([
      { segments: { id: [1], speed: [7] } },
      { segments: { id: [1], speed: [7] } },
    ]);
  });

  it("whole numbers of 64 bits are exact, beside floats of many digits; larger ones are floats", async () => {
    const text =
      '{"a":{"g":{"id":[9007199254740993,-9223372036854775808],"x":[0.12345678901234566,100000000000000000000]}}}';
    const source = await open("long", { "t0_0_a.json": text });
    expect((await updatesOf(source, "a"))[0]?.data).toEqual({
      g: { id: [9007199254740993n, -9223372036854775808n], x: [0.12345678901234566, 1e20] },
    });
  });

  it("null is undefined, lists are ragged rows, texts are texts", async () => {
    const g = {
      id: [1, 2, 3],
      x: [1, null, 2.5],
      b: [true, null, false],
      s: ["a", null, ""],
      r: [[1, 2], [], null],
    };
    const source = await open("values", { "t0_0_a.json": JSON.stringify({ a: { g, empty: {} } }) });
    expect((await updatesOf(source, "a"))[0]?.data).toEqual({ g, empty: {} });
  });
});

const broken: [string, string, { code: string; position: string; message: RegExp }][] = [
  [
    "cut off",
    '{"a":{"g":{"id":[1,',
    { code: "invalid_json", position: "line 1, column 20", message: /not valid JSON/ },
  ],
  ["empty", "", { code: "invalid_json", position: "", message: /The file is empty/ }],
  [
    "on line 2",
    '{"a":\n  {x}}',
    { code: "invalid_json", position: "line 2, column 4", message: /not valid JSON/ },
  ],
  [
    "NaN",
    '{"a":{"g":{"id":[1],"x":[NaN]}}}',
    { code: "not_a_number", position: "line 1, column 26", message: /contains NaN/ },
  ],
  ["a list", "[1]", { code: "not_an_object", position: "", message: /document is a list/ }],
  [
    "no data",
    '{"name":"a"}',
    { code: "no_data", position: "", message: /expected an object under "data" or "a"/ },
  ],
  ["two", '{"a":{},"b":{}}', { code: "several_data", position: "", message: /"a", "b"/ }],
  [
    "another dataset",
    '{"b":{"g":{"id":[1]}}}',
    { code: "wrong_dataset", position: "/b", message: /"b", while the file is named for "a"/ },
  ],
  [
    "another time",
    '{"timestamp":8,"data":{"g":{"id":[1]}}}',
    { code: "wrong_key", position: "/timestamp", message: /"8", while the file is named for 7/ },
  ],
  [
    "a group that is a list",
    '{"a":{"g":[1]}}',
    { code: "not_an_object", position: "/a/g", message: /found a list/ },
  ],
  [
    "an attribute that is a number",
    '{"a":{"g":{"id":1}}}',
    { code: "not_a_list", position: "/a/g/id", message: /found a number/ },
  ],
  [
    "an object among values",
    '{"a":{"g/h":{"id":[1,{}]}}}',
    { code: "invalid_value", position: "/a/g~1h/id[1]", message: /an object/ },
  ],
  [
    "texts among numbers",
    '{"a":{"g":{"id":[1,2],"x y":[1,"b"]}}}',
    {
      code: "invalid_value",
      position: "/a/g/x y[1]",
      message: /"b", while the attribute holds whole numbers/,
    },
  ],
  [
    "a value in a ragged row",
    '{"a":{"g":{"id":[1,2],"x":[[1],[2,"b"]]}}}',
    { code: "invalid_value", position: "/a/g/x[1][1]", message: /"b"/ },
  ],
  [
    "lists of two lengths",
    '{"a":{"g":{"id":[1,2],"x":[1]}}}',
    { code: "wrong_length", position: "/a/g/x", message: /1 values, while "id" has 2/ },
  ],
];

describe("files that will not do", () => {
  it.each(broken)("%s: refused with file and position, the others are read", async (name, text, expected) => {
    const refused: RefusedPart[] = [];
    const files = {
      "t6_0_a.json": update("a", [1], [1]),
      "t7_0_a.json": text,
      "t8_0_a.json": update("a", [1], [2]),
    };
    const source = await open(`broken/${name}`, files, { onRefused: (part) => refused.push(part) });
    expect((await updatesOf(source, "a")).map(({ timestamp }) => timestamp)).toEqual([6, 8]);
    const path = folder.path(`broken/${name}/t7_0_a.json`);
    expect(refused).toEqual([
      expect.objectContaining({
        ...expected,
        source: path,
        message: expect.stringMatching(expected.message),
      }),
    ]);
    expect(refused[0]?.message.startsWith(`${path}: `)).toBe(true);
  });

  it("are an error where nobody is told of them", async () => {
    const source = await open("strict", { "t7_0_a.json": "{" });
    await expect(updatesOf(source, "a")).rejects.toThrow(/t7_0_a\.json: .*not valid JSON/);
  });

  it("have a record to mend, with what their name said", async () => {
    const refused: RefusedPart[] = [];
    const text = '{"a":{"g":{"id":[18446744073709551615]}}}';
    const source = await open("mend", { "t7_3_a.json": text }, { onRefused: (part) => refused.push(part) });
    await updatesOf(source, "a");
    expect(refused[0]).toMatchObject({
      position: "/a/g/id[0]",
      message: expect.stringMatching(/does not fit in int64/),
    });
    expect(refused[0]?.record).toBe(
      '{"a":{"g":{"id":[18446744073709551615]}},"dataset":"a","timestamp":7,"iteration":3}',
    );
  });

  it("a name that is not valid UTF-8, which Node cannot open", async () => {
    folder.text("latin/t8_0_a.json", update("a", [1], [2]));
    const name = Buffer.concat([
      Buffer.from(folder.path("latin/t7_0_")),
      Buffer.of(0xe4),
      Buffer.from(".json"),
    ]);
    writeFileSync(name, update("a", [1], [1]));
    const refused: RefusedPart[] = [];
    const source = await open("latin", {}, { onRefused: (part) => refused.push(part) });
    expect((await source.listDatasets()).map(({ name: dataset }) => dataset)).toEqual(["a", "\ufffd"]);
    expect(await updatesOf(source, "\ufffd")).toEqual([]);
    expect(refused).toMatchObject([
      { code: "unreadable_file", message: expect.stringMatching(/no such file/) },
    ]);
  });

  it("a folder in the place of a file", async () => {
    folder.folder("directory/t7_0_a.json");
    const refused: RefusedPart[] = [];
    const source = await open("directory", {}, { onRefused: (part) => refused.push(part) });
    expect(await updatesOf(source, "a")).toEqual([]);
    expect(refused[0]).toMatchObject({ code: "unreadable_file" });
  });
});

const water = new URL("../../../../shared/data/movici/water_net1/", import.meta.url).pathname;

if (existsSync(water)) {
  describe("a real simulation", () => {
    it("has its datasets, its times and its values", async () => {
      const source = await openFolder(water);
      expect(await source.listDatasets()).toEqual([{ name: "water_net1", updates: 27, hasInitial: true }]);
      const timestamps = await source.listTimestamps("water_net1");
      expect(timestamps).toHaveLength(27);
      expect(timestamps.slice(12, 15)).toEqual([43200, 45154, 46800]);
      const initial = await source.readInitial("water_net1");
      expect(initial).toMatchObject({ format: "entity_based", dataKey: "data" });
      const { water_node_entities: nodes } = valuesOf(initial?.data ?? new Map());
      expect(nodes?.id).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(nodes?.["topology.link_ids"]?.flat()).toHaveLength(26);
      const [at] = await updatesOf(source, "water_net1", { from: 45154, to: 45154 });
      const links = at?.data.water_link_entities ?? {};
      const place = links.id?.indexOf(1013) ?? -1;
      expect(links["operational.is_open"]?.[place]).toBe(false);
      const rows = (await updatesOf(source, "water_net1")).flatMap(({ data }) =>
        Object.values(data).flatMap(({ id = [] }) => id),
      );
      expect(rows).toHaveLength(557);
    });
  });
}
