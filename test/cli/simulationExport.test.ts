// copycat simulation export, over a store: every format, what is refused, and the catalog.

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import {
  openResults,
  openSimulationResults,
  openSimulationStore,
  type SimulationStore,
} from "../../src/simulation/index.ts";
import { initial, update } from "../simulation/export/support/memorySource.ts";
import { plainSimulation } from "../simulation/export/support/sameSimulation.ts";
import { waterFiles, waterFolder, waterNetworks } from "../simulation/export/support/waterNetwork.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const database = useDatabase();
const folder = useFolder();
let store: SimulationStore;

const general = { enum: { label: ["x"] }, special: { "segments.speed": -9999 } };
const roads = initial("roads", { segments: { id: [1, 2], speed: [10, 20], name: ["a", null] } }, { general });
const updates = [
  update([0, 0, "roads"], { segments: { id: [1], speed: [11.5] } }, "traffic"),
  update([5, 0, "roads"], { segments: { id: [2, 3], speed: [null, 33], open: [true, null] } }),
  update([5, 1, "roads"], { segments: { id: [2], links: [[1, 2, 3]] } }),
  update([10800, 0, "roads"], { segments: { id: [1, 2], links: [[4], null] } }),
];

beforeAll(async () => {
  store = await openSimulationStore(database.database, { scenario: "one" });
  await store.storeInitialDataset(roads);
  await store.storeUpdates(updates);
  await store.setDescription({ timeline: { reference: 0 } });
});

const run = (...args: string[]) => callCli(["simulation", "export", ...args, "--dsn", database.dsn]);

describe("copycat simulation export", () => {
  beforeAll(async () => {
    await openSimulationStore(database.database, { scenario: "empty" });
    for (const name of ["there", "there.h5"]) await run("one", "--out", folder.path(name), "--quiet");
  });

  it("writes JSON, told by a folder's name", async () => {
    const { code, stdout, stderr } = await run("one", "--out", folder.path("one"), "--quiet");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/one: 1 dataset, 4 updates, 1 initial dataset, \d+ bytes \(\d+ ms\)\n/);
    expect(waterFiles(folder.path("one"))).toEqual({
      "init_data/roads.json": {
        name: "roads",
        general,
        data: { segments: { id: [1, 2], speed: [10, 20], name: ["a", null] } },
      },
      "updates/t0_0_roads.json": { roads: { segments: { id: [1], speed: [11.5] } } },
      "updates/t5_0_roads.json": {
        roads: { segments: { id: [2, 3], speed: [null, 33], open: [true, null] } },
      },
      "updates/t5_1_roads.json": { roads: { segments: { id: [2], links: [[1, 2, 3]] } } },
      "updates/t10800_0_roads.json": { roads: { segments: { id: [1, 2], links: [[4], null] } } },
    });
  });

  it("writes a table of what is asked for, and tells of it in JSON", async () => {
    const out = folder.path("one.parquet");
    const args = ["--attribute", "speed", "links", "--from", "5", "--to", "5", "--json"];
    const { code, stdout, stderr } = await run("one", "--out", out, ...args);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: "parquet", path: out, updates: 2, rows: 3 });
    const { buffer, byteOffset, byteLength } = readFileSync(out);
    const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    expect(
      (await parquetReadObjects({ file })).map(({ id, value, list }) => [id, value, list ?? null]),
    ).toEqual([
      [2n, null, null],
      [3n, 33, null],
      [2n, null, [1, 2, 3]],
    ]);
  });

  it.each(["back.h5", "back", "back.msgpack"])("writes %s, which load takes back as it was", async (name) => {
    const out = folder.path(name);
    const format = name === "back.msgpack" ? ["--format", "msgpack"] : [];
    expect((await run("one", "--out", out, "--quiet", ...format)).code).toBe(0);
    const load = ["simulation", "load", out, "--scenario", name, "--quiet", "--dsn", database.dsn];
    const loaded = await callCli(load);
    expect(loaded.code, loaded.stderr).toBe(0);
    const copy = await openSimulationStore(database.database, { scenario: name });
    const [same] = (await plainSimulation(store)) as [{ updates: { origin: string | null }[] }];
    // Files of updates name no model.
    if (name !== "back.h5") for (const update of same.updates) update.origin = null;
    expect(await plainSimulation(copy)).toEqual([same]);
    const again = await callCli([...load, "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ inserted: 0, skipped: 5 });
  });

  it("takes dates of the scenario", async () => {
    const out = folder.path("dated.parquet");
    const dates = ["--from", "1970-01-01T00:00:05", "--to", "1970-01-01 02:00"];
    const { stdout } = await run("one", "--out", out, ...dates, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ updates: 2 });
  });

  it("writes files of one kind as another, without a database", async () => {
    const [from, out] = [folder.path("there.h5"), folder.path("again")];
    const { code, stderr } = await callCli([
      ...[
        "simulation",
        "export",
        "--files",
        from,
        "--out",
        out,
        "--quiet",
        "--dsn",
        "postgres://127.0.0.1:1/none",
      ],
    ]);
    expect(code, stderr).toBe(0);
    expect(waterFiles(out)).toEqual(waterFiles(folder.path("there")));
  });

  it("writes HDF5 whose results can be read without a database", async () => {
    const results = openResults(await openSimulationResults(folder.path("there.h5")));
    const { ids, attributes } = await (await results.getDataset("roads")).getState("segments", { at: 5 });
    expect(ids).toEqual([1, 2, 3]);
    expect(attributes.get("speed")?.array.data).toEqual(Float64Array.of(11.5, 20, 33));
    await results.close();
  });

  it.each([
    [["none", "--out", "x.parquet"], 1, 'There is no scenario "none"'],
    [["one", "--out", "x.parquet", "--dataset", "tram"], 1, 'has no dataset "tram"; it has roads.'],
    [["one", "--out", "x.xlsx"], 2, "x.xlsx to be? Name one of --format json, msgpack, parquet"],
    [["one", "--out", "x.parquet", "--publish"], 2, "--publish needs an HDF5 file; this one is parquet."],
    [["one", "--out", "x.parquet", "--from", "soon"], 2, "expected a date such as"],
    [
      ["one", "--out", "x.h5", "--files", "there", "--from", "2020-01-01"],
      2,
      "without a timeline nobody knows",
    ],
    [["--out", "x.h5"], 2, "Choose one by its NAME."],
    [["one", "--out", "there"], 1, "there is there already; --force replaces it."],
  ])("refuses %j", async (args, expected, message) => {
    const named = args.map((word, index) =>
      ["--out", "--files"].includes(args[index - 1] ?? "") ? folder.path(word) : word,
    );
    const { code, stderr } = await run(...named);
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
  });
});

describe("copycat simulation export --publish", () => {
  const out = folder.path("served.h5");
  const publish = async (...args: string[]) => {
    const { code, stdout, stderr } = await run("one", "--out", out, "--publish", ...args, "--json");
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout).published as { key: string; nodes: object; files: object };
  };
  const verify = () => callCli(["verify", "--files", "--dsn", database.dsn]);
  const read = async (path: string) =>
    (await callCli(["read", path, "--dsn", database.dsn, "--json"])).stdout;

  it("makes a container of the scenario's name whose arrays can be read", async () => {
    expect(await publish()).toMatchObject({ key: "one" });
    expect(JSON.parse(await read("one/states/roads/segments/speed"))).toMatchObject({
      shape: [3, 3],
      data: [
        [11.5, 20, null],
        [11.5, 20, 33],
        [11.5, 20, 33],
      ],
    });
    const { code, stdout } = await verify();
    expect(stdout).toContain("The catalog is sound.");
    expect(code).toBe(0);
  });

  it("says what to type next: a path that is there, quoted for the shell", async () => {
    const odd = await openSimulationStore(database.database, { scenario: "odd names" });
    await odd.storeUpdates([
      update([0, 0, "a'b"], { "c/d": { id: [1], list: [[1], [1, 2]].slice(0, 1), "e f": [7] } }),
      update([1, 0, "a'b"], { "c/d": { id: [1], list: [[1, 2]] } }),
    ]);
    const nextOf = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await run("odd names", "--publish", "--force", "--quiet", ...args);
      const line = stdout.trimEnd().split("\n").at(-1) ?? "";
      const words = execFileSync("sh", ["-c", `printf '%s\\n' ${line}`], { encoding: "utf8" });
      return words.trimEnd().split("\n").slice(2);
    };
    const read = await nextOf("--out", folder.path("odd.h5"));
    const path = "odd names/states/a'b/c%2Fd/e f";
    expect([read[0], read.at(-1)]).toEqual(["read", path]);
    const values = await callCli(["read", path, "--dsn", database.dsn, "--json"]);
    expect(JSON.parse(values.stdout)).toMatchObject({ shape: [2, 1], data: [[7], [7]] });
    const show = await nextOf("--out", folder.path("odd.h5"), "--states", "none");
    expect([show[0], show.at(-1)]).toEqual(["show", "odd names"]);
    expect((await callCli(["show", "odd names", "--dsn", database.dsn])).code).toBe(0);
  });

  it("renews it: new times are there, and what is gone is gone", async () => {
    await store.storeUpdate({
      dataset: "roads",
      timestamp: 20_000,
      iteration: 0,
      data: { segments: { id: { data: [1] }, speed: { data: [12] } } },
    });
    expect(await publish("--force", "--attribute", "speed")).toMatchObject({ key: "one" });
    expect(JSON.parse(await read("one/states/roads/segments/speed"))).toMatchObject({ shape: [3, 3] });
    const gone = await callCli(["show", "one/states/roads/segments/open", "--dsn", database.dsn]);
    expect(gone.stderr).toContain("has no child open");
    expect((await verify()).stdout).toContain("The catalog is sound.");
  });

  it("renews it from another file, too", async () => {
    const other = folder.path("other.h5");
    expect((await run("one", "--out", other, "--publish", "one", "--quiet")).code).toBe(0);
    rmSync(out);
    expect(JSON.parse(await read("one/states/roads/segments/speed"))).toMatchObject({ shape: [4, 3] });
    expect((await verify()).stdout).toContain("The catalog is sound.");
  });

  it("takes another key, and none that is another's", async () => {
    const keyed = await run("one", "--out", folder.path("k.h5"), "--publish", "flood 1953", "--quiet");
    expect(keyed.stdout).toContain("In the catalog as /flood 1953: ");
    await callCli(["ingest", "examples/vdp.yaml", "--quiet", "--dsn", database.dsn]);
    const taken = await run("one", "--out", folder.path("l.h5"), "--publish", "VDP", "--quiet");
    expect(taken.stderr).toContain('The catalog has a container "VDP" of other data.');
    expect(taken.code).toBe(1);
  });
});

describe.each(waterNetworks)("a day of a water network, %s", () => {
  it("comes out of the store as the files that it came from, through every format that can be loaded", async () => {
    const load = (path: string, scenario: string) =>
      callCli(["simulation", "load", path, "--scenario", scenario, "--quiet", "--dsn", database.dsn]);
    expect((await load(waterFolder, "water")).code).toBe(0);
    for (const [from, out] of [
      ["water", "water.h5"],
      ["water.h5", "water.msgpack"],
      ["water.msgpack", "water.json"],
    ] as const) {
      const format = out.endsWith(".h5") ? "hdf5" : out.slice("water.".length);
      const written = await run(from, "--out", folder.path(out), "--format", format, "--quiet");
      expect(written.code, written.stderr).toBe(0);
      expect((await load(folder.path(out), out)).code).toBe(0);
    }
    expect(waterFiles(folder.path("water.json"))).toEqual(waterFiles());
  });
});
