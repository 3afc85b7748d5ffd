// Parquet and Arrow: what other readers find in them, and that nothing half written is left.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tableFromIPC } from "apache-arrow";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { exportSimulation } from "../../../src/simulation/export/exportSimulation.ts";
import type { ExportOptions } from "../../../src/simulation/export/types.ts";
import type { SimulationUpdate } from "../../../src/simulation/types.ts";
import { useFolder } from "../../support/files.ts";
import { initial, memorySource, update } from "./support/memorySource.ts";

const folder = useFolder();
type Row = Record<string, unknown>;

const big = 2n ** 60n + 1n;
const source = memorySource({
  initial: [initial("roads", { segments: { id: [1, 2], reference: ["A", null], pairs: [[1, 2], null] } })],
  updates: [
    update([10, 0, "roads"], { segments: { id: [2], speed: [2.5], open: [true] } }, "traffic"),
    update([5, 1, "roads"], { segments: { id: [1, 2], links: [[7, 8, 9], []], name: ["größe", null] } }),
    update([5, 0, "roads"], {
      segments: {
        id: [1, 2, 3],
        speed: [0.1, null, Number.POSITIVE_INFINITY],
        count: { dtype: "<i8", shape: [3], data: BigInt64Array.of(5n, big, -2147483648n) },
        where: { dtype: "<f8", shape: [3, 2], data: Float64Array.of(1, 2, NaN, 4, NaN, NaN) },
      },
    }),
    update([0, 0, "trams"], {
      lines: {
        stops: [["a", "b"], null, []],
        points: {
          dtype: "<i4",
          shape: [2, 2],
          data: Int32Array.of(1, 2, 3, 4),
          rowPtr: Uint32Array.of(0, 2, 2, 2),
        },
        large: {
          dtype: "<i8",
          shape: [2],
          data: BigInt64Array.of(1n, big),
          rowPtr: Uint32Array.of(0, 0, 2, 2),
        },
      },
    }),
  ],
});

async function readParquet(path: string): Promise<Row[]> {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  return await parquetReadObjects({ file });
}

function readArrow(path: string): Row[] {
  const plain = (value: unknown): unknown =>
    value !== null && typeof value === "object" && Symbol.iterator in value
      ? [...(value as Iterable<unknown>)]
      : value;
  return tableFromIPC(readFileSync(path))
    .toArray()
    .map((row: { toJSON(): Row }) =>
      Object.fromEntries(Object.entries(row.toJSON()).map(([name, value]) => [name, plain(value)])),
    );
}

/** Without the nulls, so that an expected row is short. */
const compact = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));

const roads = { dataset: "roads", group: "segments" };
const expected: Row[] = [
  { timestamp: 5n, iteration: 0, ...roads, id: 1n, attribute: "speed", value: 0.1 },
  { timestamp: 5n, iteration: 0, ...roads, id: 2n, attribute: "speed" },
  { timestamp: 5n, iteration: 0, ...roads, id: 3n, attribute: "speed", value: Number.POSITIVE_INFINITY },
  { timestamp: 5n, iteration: 0, ...roads, id: 1n, attribute: "count", value: 5 },
  { timestamp: 5n, iteration: 0, ...roads, id: 2n, attribute: "count", text: "1152921504606846977" },
  { timestamp: 5n, iteration: 0, ...roads, id: 3n, attribute: "count" },
  { timestamp: 5n, iteration: 0, ...roads, id: 1n, attribute: "where", list: [1, 2] },
  { timestamp: 5n, iteration: 0, ...roads, id: 2n, attribute: "where", list: [null, 4] },
  { timestamp: 5n, iteration: 0, ...roads, id: 3n, attribute: "where" },
  { timestamp: 5n, iteration: 1, ...roads, id: 1n, attribute: "links", list: [7, 8, 9] },
  { timestamp: 5n, iteration: 1, ...roads, id: 2n, attribute: "links", list: [] },
  { timestamp: 5n, iteration: 1, ...roads, id: 1n, attribute: "name", text: "größe" },
  { timestamp: 5n, iteration: 1, ...roads, id: 2n, attribute: "name" },
  { timestamp: 10n, iteration: 0, ...roads, id: 2n, attribute: "speed", value: 2.5, origin: "traffic" },
  { timestamp: 10n, iteration: 0, ...roads, id: 2n, attribute: "open", value: 1, origin: "traffic" },
  ...[
    { attribute: "stops", text_list: ["a", "b"] },
    { attribute: "stops" },
    { attribute: "stops", text_list: [] },
    { attribute: "points", list: [1, 2, 3, 4], components: 2 },
    { attribute: "points", list: [], components: 2 },
    { attribute: "points", list: [], components: 2 },
    { attribute: "large", list: [] },
    { attribute: "large", text_list: ["1", "1152921504606846977"] },
    { attribute: "large", list: [] },
  ].map((row) => ({ timestamp: 0n, iteration: 0, dataset: "trams", group: "lines", ...row })),
];
const initialRows: Row[] = [
  { ...roads, id: 1n, attribute: "reference", text: "A" },
  { ...roads, id: 2n, attribute: "reference" },
  { ...roads, id: 1n, attribute: "pairs", list: [1, 2] },
  { ...roads, id: 2n, attribute: "pairs" },
];

describe.each([
  { format: "parquet", read: readParquet },
  { format: "arrow", read: async (path: string) => readArrow(path) },
  { format: "arrows", read: async (path: string) => readArrow(path) },
] as const)("$format", ({ format, read }) => {
  let files = 0;
  const rowsOf = async (options: Partial<ExportOptions> = {}, from = source) => {
    const path = folder.path(`${format}_${files++}`);
    const report = await exportSimulation(from, { format, path, ...options });
    const rows = await read(path);
    expect(report.rows).toBe(rows.length);
    expect(report.bytes).toBe(readFileSync(path).length);
    return { rows, report };
  };

  it("has a row for each update, entity and attribute, in the order of time", async () => {
    const { rows, report } = await rowsOf();
    expect(rows.map(compact)).toEqual(expected);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      "timestamp iteration dataset group id attribute value text list text_list components origin".split(" "),
    );
    expect(report).toMatchObject({ format, datasets: 2, updates: 4, initialDatasets: 0, notices: [] });
  });

  it("has the initial data before them, without timestamps, where asked", async () => {
    const { rows, report } = await rowsOf({ initial: true });
    expect(rows.map(compact)).toEqual([...initialRows, ...expected]);
    expect(report.initialDatasets).toBe(1);
  });

  it.each<[Partial<ExportOptions>, (row: Row) => boolean]>([
    [{ datasets: ["trams"] }, (row) => row.dataset === "trams"],
    [{ groups: ["segments"], attributes: ["speed"] }, (row) => row.attribute === "speed"],
    [{ from: 5, to: 9 }, (row) => row.timestamp === 5n],
  ])("takes only what is asked for: %j", async (filter, isExpected) => {
    expect((await rowsOf(filter)).rows.map(compact)).toEqual(expected.filter(isExpected));
  });

  it("is a table without rows when there are no updates", async () => {
    expect((await rowsOf({}, memorySource({}))).rows).toEqual([]);
  });

  it("goes on over many batches, and with names that come later", async () => {
    const entities = 10_000;
    const ids = Array.from({ length: entities }, (_, index) => index);
    const updates = Array.from({ length: 13 }, (_, timestamp) =>
      update([timestamp, 0, "many"], {
        [`g${timestamp}`]: { id: ids, x: ids.map((id) => id + timestamp / 16) },
      }),
    );
    const { rows } = await rowsOf({}, memorySource({ updates }));
    expect(rows).toHaveLength(13 * entities);
    const wrong = rows.findIndex(({ timestamp, group, id, value }) => {
      return group !== `g${timestamp}` || value !== Number(id) + Number(timestamp) / 16;
    });
    expect(wrong).toBe(-1);
  });

  it("leaves what is there alone, unless told", async () => {
    const path = folder.text(`${format}_there`, "mine");
    await expect(exportSimulation(source, { format, path })).rejects.toMatchObject({
      code: "CONFLICT",
      message: `${path} is there already; force: true replaces it.`,
    });
    expect(readFileSync(path, "utf8")).toBe("mine");
    await exportSimulation(source, { format, path, force: true });
    expect(await read(path)).toHaveLength(expected.length);
  });

  it("leaves nothing when it fails half way, and what was there before", async () => {
    const path = folder.text(`${format}_half/kept`, "mine");
    const failing = memorySource({
      updates: function* () {
        yield update([0, 0, "d"], { g: { id: [1], x: [1] } });
        throw new Error("the disk is gone");
      } as () => Iterable<SimulationUpdate>,
    });
    failing.listDatasets = async () => [{ name: "d", updates: 1, hasInitial: false }];
    await expect(exportSimulation(failing, { format, path, force: true })).rejects.toThrow(
      "the disk is gone",
    );
    expect(readdirSync(folder.path(`${format}_half`))).toEqual(["kept"]);
    expect(readFileSync(path, "utf8")).toBe("mine");
  });

  it("stops when it is told to", async () => {
    const path = folder.path(`${format}_stopped`);
    const stopped = exportSimulation(source, { format, path, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "CANCELLED" });
    expect(existsSync(path)).toBe(false);
  });
});

describe("exportSimulation", () => {
  it("names the datasets that there are when one is not", async () => {
    const wrong = exportSimulation(source, {
      format: "parquet",
      path: folder.path("no"),
      datasets: ["tram"],
    });
    await expect(wrong).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: 'memory has no dataset "tram"; it has roads, trams.',
    });
  });

  it("replaces no folder that is no export", async () => {
    writeFileSync(`${folder.folder("home")}/letter.txt`, "dear");
    const onto = exportSimulation(source, { format: "json", path: folder.path("home"), force: true });
    await expect(onto).rejects.toThrow('holds "letter.txt", which is no part of an export');
    const over = exportSimulation(source, { format: "parquet", path: folder.path("home"), force: true });
    await expect(over).rejects.toThrow("is a folder, and a file was to be written");
  });

  it("writes Parquet in row groups, its names as dictionaries", async () => {
    const ids = Array.from({ length: 60_000 }, (_, index) => index);
    const many = memorySource({ updates: [update([0, 0, "d"], { g: { id: ids, x: ids } })] });
    const path = folder.path("groups.parquet");
    await exportSimulation(many, { format: "parquet", path });
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    const { row_groups } = parquetMetadata(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    expect(row_groups.map(({ num_rows }) => num_rows)).toEqual([50_000n, 10_000n]);
    const dataset = row_groups[0]?.columns.find(
      ({ meta_data }) => meta_data?.path_in_schema[0] === "dataset",
    );
    expect(dataset?.meta_data?.encodings).toContain("RLE_DICTIONARY");
  });
});
