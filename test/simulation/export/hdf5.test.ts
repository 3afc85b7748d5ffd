// HDF5: what is read back is what was written, and the states are those of a replay.

import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { arrayValues, openHdf5Reader } from "../../../src/hdf5/index.ts";
import { exportSimulation } from "../../../src/simulation/export/exportSimulation.ts";
import type { ExportOptions, ExportReport } from "../../../src/simulation/export/types.ts";
import { openHdf5Simulation, writeSimulation } from "../../../src/simulation/hdf5/index.ts";
import type { SimulationSource } from "../../../src/simulation/types.ts";
import { useFolder } from "../../support/files.ts";
import { initial, memorySource, update } from "./support/memorySource.ts";
import { listUpdates, plainData, plainSimulation } from "./support/sameSimulation.ts";
import { waterNetwork, waterNetworks } from "./support/waterNetwork.ts";

const folder = useFolder();
const reader = openHdf5Reader({ workers: 1 });
afterAll(() => reader.close());
let files = 0;

async function write(
  source: SimulationSource,
  options: Partial<ExportOptions> = {},
): Promise<{ path: string; report: ExportReport }> {
  const path = folder.path(`${files++}.h5`);
  return { path, report: await exportSimulation(source, { format: "hdf5", path, ...options }) };
}

async function roundTrip(source: SimulationSource): Promise<SimulationSource> {
  const { path } = await write(source);
  return await openHdf5Simulation(path);
}

async function values(path: string, dataset: string): Promise<unknown[]> {
  return [...arrayValues(await reader.read(path, dataset))];
}

const big = 2n ** 60n + 1n;
const full = memorySource({
  initial: [
    initial(
      "roads",
      {
        segments: { id: [1, 2], reference: ["A", null], pairs: [[1, 2], null], open: [true, null] },
        "odd/name%": {
          id: [1],
          ".": [1.5],
          "": ["x"],
          time: [1],
          timestamp: [2],
          metadata: [3],
          update: [4],
        },
      },
      { general: { special: { "segments.speed": -9999 }, enum: { label: ["x"] } }, epsg_code: 28992 },
    ),
    {
      name: "notes",
      format: "unstructured",
      metadata: { a: 1 },
      dataKey: "notes",
      data: null,
      document: Buffer.from('{"free": "größe"}'),
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
    update([0, 0, "roads"], {
      segments: {
        id: [1, 2, 3],
        speed: [0.1, null, Number.POSITIVE_INFINITY],
        count: { dtype: "<i8", shape: [3], data: BigInt64Array.of(5n, big, -2147483648n) },
        where: { dtype: "<f8", shape: [3, 2], data: Float64Array.of(1, 2, NaN, 4, NaN, NaN) },
        links: [[7, 8], [], null],
        short: { dtype: "<f4", shape: [3], data: Float32Array.of(0.5, NaN, 1) },
      },
    }),
    update(
      [5, 0, "roads"],
      { links: {}, segments: { speed: [1, null], id: [2, 1], name: ["größe", null] } },
      "traffic",
    ),
    update([5, 1, "roads"], {
      "odd/name%": { id: [1], ".": [2] },
      segments: { id: [2], links: [null], speed: [null] },
    }),
    update([10, 0, "roads"], {
      segments: {
        id: [3, 4],
        name: ["_udf_", "a longer name"],
        stops: [["a", "bb"], null],
        points: {
          dtype: "<i4",
          shape: [2, 2],
          data: Int32Array.of(1, 2, 3, 4),
          rowPtr: Uint32Array.of(0, 0, 2),
        },
      },
    }),
    update([11, 0, "roads"], {}),
    update([3, 7, "trams"], { "": { x: [1, 2] } }),
  ],
});

describe("a simulation in an HDF5 file", () => {
  it("reads back as it was: names, order, values, documents, origins", async () => {
    const source = await roundTrip(full);
    expect(await plainSimulation(source)).toEqual(await plainSimulation(full));
    expect(source).toMatchObject({ kind: "hdf5", scenario: "memory" });
    await source.close();
  });

  it("keeps types: wide and narrow numbers, texts, row pointers", async () => {
    const source = await roundTrip(full);
    const [first] = await listUpdates(source, { dataset: "roads" });
    const segments = first?.data.get("segments");
    expect(segments?.get("count")).toEqual({
      dtype: "<i8",
      shape: [3],
      data: BigInt64Array.of(5n, big, -2147483648n),
    });
    expect(segments?.get("short")?.dtype).toBe("<f4");
    expect(segments?.get("links")).toEqual({
      dtype: "<i4",
      shape: [3],
      data: Int32Array.of(7, 8, -2147483648),
      rowPtr: Uint32Array.of(0, 2, 2, 3),
    });
    expect((await source.readInitial("roads"))?.data?.get("segments")?.get("reference")?.dtype).toBe("<U8");
    await source.close();
  });

  it.each([
    { dataset: "roads", from: 5, to: 10 },
    { dataset: "roads", after: { timestamp: 5, iteration: 0 } },
    { dataset: "roads", groups: ["odd/name%"] },
    { dataset: "roads", attributes: ["links", "name"] },
    { dataset: "roads", groups: ["segments"], attributes: ["."] },
    { dataset: "nowhere" },
  ])("answers %j", async (query) => {
    const source = await roundTrip(full);
    const plain = async (from: SimulationSource): Promise<unknown> =>
      (await listUpdates(from, query)).map(({ data, ...rest }) => ({ ...rest, data: plainData(data) }));
    const found = await plain(source);
    const { after } = query as { after?: object };
    // The source in memory knows no "after".
    expect(found).toEqual(after === undefined ? await plain(full) : ((await plain(full)) as []).slice(2));
    await source.close();
  });

  it("lists the timestamps of a group", async () => {
    const source = await roundTrip(full);
    expect(await source.listTimestamps("roads")).toEqual([0, 5, 10, 11]);
    expect(await source.listTimestamps("roads", "odd/name%")).toEqual([5]);
    expect(await source.listTimestamps("roads", "none")).toEqual([]);
    await source.close();
  });

  it("takes whole columns of nulls, whole numbers among floats, and components of other numbers", async () => {
    const mixed = memorySource({
      updates: [
        update([0, 0, "d"], { g: { id: [1, 2], open: [true, false], x: [0, 1], rows: [null, null] } }),
        update([1, 0, "d"], { g: { id: [1, 2], open: [null, null], x: [0.5, null], rows: [[1, 2], null] } }),
        update([2, 0, "d"], { g: { id: [1], name: [null] } }),
        update([3, 0, "d"], { g: { id: [1], name: ["a"], x: [null] } }),
      ],
    });
    const source = await roundTrip(mixed);
    expect(await plainSimulation(source)).toEqual(await plainSimulation(mixed));
    await source.close();
  });

  it("goes on over many chunks", async () => {
    const ids = Array.from({ length: 999 }, (_, index) => index);
    const updates = Array.from({ length: 120 }, (_, timestamp) =>
      update([timestamp, 0, "d"], {
        g: {
          id: ids,
          x: ids.map((id) => id * timestamp * 0.1),
          name: ids.map((id) => `${id % 7}·${timestamp}`),
          rows: ids.map((id) => ids.slice(0, (id + timestamp) % 4)),
        },
      }),
    );
    const many = memorySource({ updates });
    const { path } = await write(many);
    const source = await openHdf5Simulation(path);
    expect(await plainSimulation(source)).toEqual(await plainSimulation(many));
    const states = (await values(path, "/states/d/g/x")) as number[];
    expect(states).toHaveLength(120 * 999);
    expect(states.findIndex((x, index) => x !== (index % 999) * Math.floor(index / 999) * 0.1)).toBe(-1);
    await source.close();
  });

  it("refuses what one array cannot hold, and leaves nothing", async () => {
    const wrong = memorySource({
      updates: [
        update([0, 0, "d"], { g: { id: [1], x: [1] } }),
        update([1, 0, "d"], { g: { id: [1], x: ["a"] } }),
      ],
    });
    await expect(write(wrong)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringMatching(/^d, g\.x holds str values here and int values there, which one array/),
    });
    expect(existsSync(folder.path(`${files - 1}.h5`))).toBe(false);
  });

  it("says so when somebody writes meanwhile", async () => {
    let passes = 0;
    const growing = memorySource({
      updates: () => {
        passes += 1;
        return Array.from({ length: passes }, (_, t) => update([t, 0, "d"], { g: { id: [1], x: [t] } }));
      },
    });
    await expect(write(growing)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("was changed while it was being exported"),
    });
  });

  it("gives the good parts of a damaged file, and says which are not", async () => {
    const number = BigInt64Array.of(0n, 1n);
    const file = await folder.hdf5("damaged.h5", {
      attributes: { format: "copycat-simulation", format_version: 1n, scenario: "s" },
      children: {
        updates: {
          children: {
            d: {
              attributes: { name: "d" },
              children: {
                timestamp: { data: number },
                iteration: { data: number },
                g: {
                  attributes: { name: "g" },
                  children: {
                    update: { data: BigInt64Array.of(0n, 0n, 1n, 0n), shape: [2, 2] },
                    row_ptr: { data: BigInt64Array.of(0n, 1n, 9n) },
                    order: { data: Uint32Array.of(1, 1), shape: [2, 1] },
                    id: { data: Int32Array.of(7, 8), attributes: { name: "id", numpy_dtype: "<i4" } },
                  },
                },
              },
            },
          },
        },
      },
    });
    const source = await openHdf5Simulation(file);
    const found = [];
    for await (const entries of source.listUpdates()) {
      for await (const part of source.readEntries(entries)) found.push(part);
    }
    expect(found).toMatchObject([
      { timestamp: 0, dataset: "d" },
      {
        source: file,
        position: 'update 1 of "d"',
        code: "damaged",
        message: expect.stringContaining("/updates/d/g/id"),
      },
    ]);
    await source.close();
  });

  it("tells other files from its own", async () => {
    const other = await folder.hdf5("other.h5", { children: { x: { data: 1 } } });
    await expect(openHdf5Simulation(other)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringContaining("other.h5 is no simulation: only HDF5 files that"),
    });
    const text = folder.text("text.h5", "no HDF5");
    await expect(openHdf5Simulation(text)).rejects.toMatchObject({ code: "UNREADABLE_SOURCE" });
  });
});

const roads = memorySource({
  initial: [initial("roads", { segments: { id: [1, 2], speed: [10, 20], kind: ["a", "b"] } })],
  updates: [
    update([0, 0, "roads"], { segments: { id: [1], speed: [11] } }),
    update([4, 0, "roads"], { segments: { id: [2, 3], speed: [null, 33.5], open: [false, true] } }),
    update([4, 1, "roads"], {
      segments: { id: [2], speed: [22], at: { dtype: "<f8", shape: [1, 2], data: Float64Array.of(1, 2) } },
    }),
    update([9, 0, "roads"], { segments: { id: [1, 2], kind: ["ccc", null], links: [[1, 2], [3]] } }),
  ],
});

describe("states", () => {
  it("carry values forward, begin with the initial data, and know ids that come later", async () => {
    const { path, report } = await write(roads);
    const at = "/states/roads/segments";
    expect(await values(path, `${at}/time`)).toEqual([0n, 4n, 9n]);
    expect(await values(path, `${at}/id`)).toEqual([1n, 2n, 3n]);
    expect(await values(path, `${at}/speed`)).toEqual([11, 20, NaN, 11, 22, 33.5, 11, 22, 33.5]);
    expect(await values(path, `${at}/open`)).toEqual([-128, -128, -128, -128, 0, 1, -128, 0, 1]);
    expect(await values(path, `${at}/kind`)).toEqual([
      "a",
      "b",
      "_udf_",
      "a",
      "b",
      "_udf_",
      "ccc",
      "b",
      "_udf_",
    ]);
    const none = [NaN, NaN];
    const after = [...none, 1, 2, ...none];
    expect(await values(path, `${at}/at`)).toEqual([...none, ...none, ...none, ...after, ...after]);
    expect(report.notices).toEqual(["roads, segments.links has no states: its rows are ragged."]);
    const { datasets } = await reader.pick(path, { datasets: [`${at}/speed`, `${at}/open`] });
    expect(datasets).toMatchObject([
      { shape: [3, 3], attributes: { name: '"speed"', long_name: '"speed of segments"' } },
      { shape: [3, 3], attributes: { _FillValue: "[-128]" } },
    ]);
  });

  it("after a timestamp know what was before it", async () => {
    const { path } = await write(roads, { from: 4, to: 4 });
    expect(await values(path, "/states/roads/segments/time")).toEqual([4n]);
    expect(await values(path, "/states/roads/segments/speed")).toEqual([11, 22, 33.5]);
    const source = await openHdf5Simulation(path);
    expect(await listUpdates(source, { dataset: "roads" })).toHaveLength(2);
    await source.close();
  });

  it("have rows of one length as components", async () => {
    const pairs = memorySource({
      initial: [
        initial("d", {
          g: {
            id: [1, 2],
            pair: [
              [1, 2],
              [3, 4],
            ],
            name: [["a"], null],
          },
        }),
      ],
      updates: [update([5, 0, "d"], { g: { id: [1, 2], pair: [null, [5, 6]] } })],
    });
    const { path, report } = await write(pairs);
    expect(report.notices).toEqual([]);
    expect(await values(path, "/states/d/g/pair")).toEqual([1, 2, 5, 6]);
    expect(await values(path, "/states/d/g/name")).toEqual(["a", "_udf_"]);
    const { datasets } = await reader.pick(path, { datasets: ["/states/d/g/pair"] });
    expect(datasets).toMatchObject([{ shape: [1, 2, 2] }]);
    const source = await openHdf5Simulation(path);
    expect(await plainSimulation(source)).toEqual(await plainSimulation(pairs));
    await source.close();
  });

  it.each([
    [{ reference: 1577836800 }, '"seconds since 2020-01-01 00:00:00"'],
    [{ reference: 0.5, timeScale: 3600 }, '"hours since 1970-01-01 00:00:00.500"'],
    [{ reference: 0, timeScale: 7 }, undefined],
    [null, undefined],
  ])("say what dates their times are: %j", async (timeline, units) => {
    const { path } = await write(roads, { timeline });
    const { datasets } = await reader.pick(path, { datasets: ["/states/roads/segments/time"] });
    const [time] = datasets;
    expect(time?.kind === "dataset" ? time.attributes.units : null).toBe(units);
  });

  it("of initial data alone are those at 0", async () => {
    const { path } = await write(memorySource({ initial: [initial("a", { g: { id: [7], x: [1] } })] }));
    expect(await values(path, "/states/a/g/time")).toEqual([0n]);
    expect(await values(path, "/states/a/g/x")).toEqual([1]);
  });

  it("are left out where they are too many, and told", async () => {
    const path = folder.path("few.h5");
    const { notices } = await writeSimulation(path, {
      datasets: ["roads"],
      readInitial: (dataset) => roads.readInitial(dataset),
      choose: (data) => data,
      readUpdates: (dataset) => roads.readUpdates({ dataset }),
      from: 0,
      stateValues: 27,
      scenario: "few",
      timeline: null,
      onStep: () => undefined,
    });
    expect(notices).toEqual([
      "roads, segments.at has no states: 18 values are too many; an export of all states takes them.",
      "roads, segments.links has no states: its rows are ragged.",
    ]);
    expect(await values(path, "/states/roads/segments/speed")).toHaveLength(9);
  });

  it("are left out where told, and where there are no ids", async () => {
    const { path } = await write(roads, { states: "none" });
    await expect(values(path, "/states/roads/segments/time")).rejects.toThrow("there is no");
    const nameless = memorySource({ updates: [update([0, 0, "d"], { g: { x: [1] } })] });
    expect((await write(nameless)).report.notices).toEqual([
      "d, g has no states: some of its entities have no ids.",
    ]);
  });

  it.each(waterNetworks)("of a day of a water network, %s, are those of its files", async () => {
    const { path, report } = await write(waterNetwork());
    expect(report).toMatchObject({ updates: 27, initialDatasets: 1 });
    const at = "/states/water_net1/water_link_entities";
    const times = (await values(path, `${at}/time`)).map(Number);
    const ids = (await values(path, `${at}/id`)).map(Number);
    const flow = (await values(path, `${at}/fluid.flow`)) as number[];
    const open = (await values(path, `${at}/operational.is_open`)) as number[];
    const asOf = (all: number[], time: number, id: number): number | undefined =>
      all[times.findLastIndex((one) => one <= time) * ids.length + ids.indexOf(id)];
    expect(times.at(-1)).toBe(86400);
    expect(asOf(open, 3600, 1001)).toBe(1);
    expect(asOf(flow, 50000, 1001)).toBe(-0.0008350736971774567);
    expect([asOf(flow, 50000, 1013), asOf(open, 50000, 1013)]).toEqual([0, 0]);
    expect([asOf(flow, 86400, 1013), asOf(open, 86400, 1013)]).toEqual([1892.2432264836204, 1]);
    const source = await openHdf5Simulation(path);
    expect(await plainSimulation(source)).toEqual(await plainSimulation(waterNetwork()));
    await source.close();
  });
});
