// JSON and MessagePack: the files of the format, with the same data in them.

import { readdirSync, readFileSync } from "node:fs";
import { decode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { exportSimulation } from "../../../src/simulation/export/exportSimulation.ts";
import { useFolder } from "../../support/files.ts";
import { initial, memorySource, update } from "./support/memorySource.ts";
import { waterFiles, waterNetwork, waterNetworks } from "./support/waterNetwork.ts";

const folder = useFolder();
const read = (path: string): string => readFileSync(folder.path(path), "utf8");

const big = 2n ** 53n + 1n;
const source = memorySource({
  initial: [
    initial(
      "roads",
      { segments: { id: [1, 2, 3], pairs: [[1, 2], null, []], "csr.list": [["a"], ["b", "c"], null] } },
      { general: { enum: { label: ["x", "y"] }, special: { "segments.speed": -9999 } }, epsg_code: 28992 },
    ),
    {
      name: "notes",
      format: "unstructured",
      metadata: {},
      dataKey: "data",
      data: null,
      document: Buffer.from('{ "free": [1.0, "text"] }'),
    },
    {
      name: "map",
      format: "binary",
      metadata: {},
      dataKey: "data",
      data: null,
      document: Uint8Array.of(0, 255, 10),
    },
  ],
  updates: [
    update(
      [3, 0, "roads"],
      { segments: { id: [3, 1], speed: [10.5, null], open: [false, null] } },
      "traffic",
    ),
    update([10800, 2, "roads"], {
      segments: {
        id: [1, 2],
        long: { dtype: "<i8", shape: [2], data: BigInt64Array.of(big, -5n) },
        where: { dtype: "<f4", shape: [2, 2], data: Float32Array.of(0.5, 1, NaN, NaN) },
      },
      crossings: {},
    }),
  ],
});

describe("JSON", () => {
  it("has a file for each initial dataset and each update, in the layout of the format", async () => {
    const report = await exportSimulation(source, { format: "json", path: folder.path("json") });
    expect(readdirSync(folder.path("json")).sort()).toEqual(["init_data", "updates"]);
    expect(readdirSync(folder.path("json/init_data")).sort()).toEqual([
      "map.bin",
      "notes.json",
      "roads.json",
    ]);
    expect(readdirSync(folder.path("json/updates")).sort()).toEqual([
      "t10800_2_roads.json",
      "t3_0_roads.json",
    ]);
    expect(read("json/init_data/roads.json")).toBe(
      '{"name":"roads","general":{"enum":{"label":["x","y"]},"special":{"segments.speed":-9999}},' +
        '"epsg_code":28992,"data":{"segments":{"id":[1,2,3],"pairs":[[1,2],null,[]],' +
        '"csr.list":[["a"],["b","c"],null]}}}',
    );
    expect(read("json/init_data/notes.json")).toBe('{ "free": [1.0, "text"] }');
    expect([...readFileSync(folder.path("json/init_data/map.bin"))]).toEqual([0, 255, 10]);
    expect(read("json/updates/t3_0_roads.json")).toBe(
      '{"roads":{"segments":{"id":[3,1],"speed":[10.5,null],"open":[false,null]}}}',
    );
    expect(read("json/updates/t10800_2_roads.json")).toBe(
      '{"roads":{"segments":{"id":[1,2],"long":[9007199254740993,-5],"where":[[0.5,1],null]},"crossings":{}}}',
    );
    expect(report).toMatchObject({
      ...{ datasets: 3, initialDatasets: 3, updates: 2, rows: null },
      notices: ["1 of the updates name the model that made them, which the files of this format do not."],
    });
  });

  it("refuses what JSON has no number for, with its place, and leaves nothing", async () => {
    const infinite = memorySource({
      updates: [update([1, 0, "d"], { g: { id: [1], x: [Number.POSITIVE_INFINITY] } })],
    });
    await expect(
      exportSimulation(infinite, { format: "json", path: folder.path("none/infinite") }),
    ).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringMatching(/^updates\/t1_0_d\.json, d, g, x\[0\] is Infinity, which JSON has no/),
    });
    expect(readdirSync(folder.path("none"))).toEqual([]);
  });

  it.each(["../up", "a/b", "a\\b", ".", "", "a\0"])(
    "refuses the dataset %j, which is no file's name",
    async (name) => {
      const escaping = memorySource({ updates: [update([0, 0, name], { g: { id: [1] } })] });
      const path = folder.path("names/out");
      await expect(exportSimulation(escaping, { format: "json", path })).rejects.toMatchObject({
        code: "INVALID_INPUT",
        message: expect.stringContaining("has a name that no file can have"),
      });
      expect(readdirSync(folder.path("names"))).toEqual([]);
    },
  );

  it("replaces an export as a whole: files of the old one are gone", async () => {
    const path = folder.path("twice");
    await exportSimulation(source, { format: "json", path });
    await exportSimulation(source, { format: "json", path, force: true, datasets: ["roads"], to: 3 });
    expect(readdirSync(`${path}/init_data`)).toEqual(["roads.json"]);
    expect(readdirSync(`${path}/updates`)).toEqual(["t3_0_roads.json"]);
    expect(readdirSync(folder.root).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("MessagePack", () => {
  it("has the same documents, exact whole numbers included", async () => {
    await exportSimulation(source, { format: "msgpack", path: folder.path("msgpack") });
    const open = (name: string): unknown =>
      decode(readFileSync(folder.path(`msgpack/${name}`)), { useBigInt64: true });
    expect(open("updates/t3_0_roads.msgpack")).toEqual(JSON.parse(read("json/updates/t3_0_roads.json")));
    expect(open("init_data/roads.msgpack")).toEqual(JSON.parse(read("json/init_data/roads.json")));
    expect(open("init_data/notes.msgpack")).toEqual({ free: [1, "text"] });
    expect(open("updates/t10800_2_roads.msgpack")).toMatchObject({
      roads: { segments: { id: [1, 2], long: [big, -5], where: [[0.5, 1], null] } },
    });
  });
});

describe.each(waterNetworks)("a day of a water network, %s", () => {
  it("comes out as the files that it came from", async () => {
    const path = folder.path("water");
    const report = await exportSimulation(waterNetwork(), { format: "json", path });
    expect(report).toMatchObject({ updates: 27, initialDatasets: 1 });
    const written = waterFiles(path);
    expect(written).toEqual(waterFiles());
    expect(Object.keys(written["init_data/water_net1.json"] as object)).toEqual(
      Object.keys(waterFiles()["init_data/water_net1.json"] as object),
    );
  });
});
