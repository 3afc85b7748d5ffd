// Files of a simulation into the store and out again: the same data; loaded twice, nothing is opened; mistakes become rejects.

import { existsSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type LoadSimulationOptions,
  type LoadSimulationReport,
  loadSimulation,
  openSimulationResults,
  openSimulationStore,
} from "../../../src/simulation/index.ts";
import type { SimulationSource } from "../../../src/simulation/types.ts";
import { useDatabase } from "../../support/database.ts";
import { readNdjson, useFolder } from "../../support/files.ts";
import { plainInitial, type SqliteContents, updatesOf, valuesOf, writeSqlite } from "../formats/support.ts";

const db = useDatabase({ empty: true });
const folder = useFolder();
const water = new URL("../../../../shared/data/movici/water_net1/", import.meta.url).pathname;

let scenarios = 0;
const newScenario = (): string => `scenario ${++scenarios}`;

const load = (input: string, options: Partial<LoadSimulationOptions> = {}): Promise<LoadSimulationReport> =>
  loadSimulation(db.database, { input, rejectsFile: folder.path(`rejects/${scenarios}.ndjson`), ...options });

/** Everything of a source, as values. */
async function contentsOf(source: SimulationSource): Promise<Record<string, unknown>> {
  const contents: Record<string, unknown> = {};
  for (const { name } of await source.listDatasets()) {
    contents[name] = {
      initial: plainInitial(await source.readInitial(name)),
      updates: await updatesOf(source, name),
    };
  }
  return contents;
}

const storedIn = async (scenario: string): Promise<Record<string, unknown>> =>
  contentsOf(await openSimulationStore(db.database, { scenario, create: false }));

/** What the files say, read without any of our code but JSON.parse. */
async function parsedFiles(path: string): Promise<{ timestamp: number; data: unknown }[]> {
  const names = await readdir(join(path, "updates"));
  const updates = names.map(async (name) => ({
    timestamp: Number(name.split("_")[0]?.slice(1)),
    data: (JSON.parse(await readFile(join(path, "updates", name), "utf8")) as Record<string, unknown>)
      .water_net1,
  }));
  return (await Promise.all(updates)).sort((a, b) => a.timestamp - b.timestamp);
}

if (existsSync(water)) {
  describe("a real simulation", () => {
    it("goes in whole, and comes out as the files say, value for value", async () => {
      const report = await load(water);
      expect(report).toMatchObject({
        scenario: "water_net1",
        status: "completed",
        read: 28,
        inserted: 28,
        updated: 0,
        unchanged: 0,
        skipped: 0,
        duplicates: 0,
        rejected: 0,
        updates: 27,
        initialDatasets: 1,
        rejectsFile: null,
      });
      const store = await openSimulationStore(db.database, { scenario: "water_net1", create: false });
      const updates = await updatesOf(store, "water_net1");
      expect(updates.map(({ timestamp, data }) => ({ timestamp, data }))).toEqual(await parsedFiles(water));
      const text = await readFile(join(water, "init_data/water_net1.json"), "utf8");
      const { data, ...metadata } = JSON.parse(text) as Record<string, unknown>;
      const initial = await store.readInitial("water_net1");
      expect(initial).toMatchObject({ format: "entity_based", dataKey: "data", metadata });
      expect(Object.keys(initial?.metadata ?? {})).toEqual(Object.keys(metadata));
      expect(valuesOf(initial?.data ?? new Map())).toEqual(data);
    });

    it("is the same through an SQLite file", async () => {
      const source = await openSimulationResults(water);
      const updates = await updatesOf(source, "water_net1");
      const document = await readFile(join(water, "init_data/water_net1.json"));
      const path = writeSqlite(join(folder.folder("sqlite"), "water.db"), {
        updates: updates as SqliteContents["updates"] & object,
        initials: [{ name: "water_net1", format: "UNSTRUCTURED", document }],
      });
      const report = await load(path);
      expect(report).toMatchObject({ scenario: "water", updates: 27, initialDatasets: 1, rejected: 0 });
      expect(await storedIn("water")).toEqual(await contentsOf(source));
    });

    it("is the same in one transaction, or in many", async () => {
      const expected = await contentsOf(await openSimulationResults(water));
      for (const commitEvery of [0, 1, 4]) {
        const scenario = newScenario();
        expect(await load(water, { scenario, commitEvery })).toMatchObject({ updates: 27 });
        expect(await storedIn(scenario)).toEqual(expected);
      }
    });
  });
}

const text = (dataset: string, speed: unknown): string =>
  JSON.stringify({ [dataset]: { segments: { id: [1], speed: [speed] } } });

/** A folder of updates of `a` and `b`, and an initial dataset of `a`. */
function makeFolder(name: string, files: Record<string, string> = {}): string {
  folder.text(
    `${name}/init_data/a.json`,
    '{"general":{},"data":{"segments":{"id":[1,2],"speed":[1.5,null]}}}',
  );
  const all = {
    "t10_0_a.json": text("a", 4),
    "t9_0_a.json": text("a", 2.5),
    "t9_1_a.json": text("a", 3),
    "t9_0_b.json": text("b", true),
    ...files,
  };
  for (const [file, content] of Object.entries(all)) folder.text(`${name}/updates/${file}`, content);
  return folder.path(name);
}

describe("loaded again", () => {
  it("all is skipped, and no file is opened", async () => {
    const path = makeFolder("again");
    expect(await load(path)).toMatchObject({
      read: 5,
      inserted: 5,
      skipped: 0,
      updates: 4,
      initialDatasets: 1,
    });
    const before = await storedIn("again");
    for (const name of await readdir(join(path, "updates")))
      writeFileSync(join(path, "updates", name), "garbage");
    writeFileSync(join(path, "init_data/a.json"), "garbage");
    expect(await load(path)).toMatchObject({ read: 5, inserted: 0, skipped: 5, rejected: 0, updates: 0 });
    expect(await storedIn("again")).toEqual(before);
  });

  it("what is new goes in, whatever its time", async () => {
    const path = makeFolder("grown");
    await load(path);
    for (const name of ["t0_0_a.json", "t9_7_b.json", "t99_0_c.json"]) {
      folder.text(`grown/updates/${name}`, text(name.slice(-6, -5), name.includes("_b.") ? false : 7));
    }
    expect(await load(path)).toMatchObject({ read: 8, inserted: 3, skipped: 5 });
    const store = await openSimulationStore(db.database, { scenario: "grown" });
    expect(await store.getUpdateCount()).toBe(7);
    expect(await store.listTimestamps("a")).toEqual([0, 9, 10]);
  });

  it("update replaces what differs and leaves the rest", async () => {
    const path = makeFolder("changed");
    await load(path);
    folder.text("changed/updates/t9_0_a.json", text("a", -1));
    expect(await load(path, { policy: "update" })).toMatchObject({
      read: 5,
      updated: 1,
      unchanged: 4,
      inserted: 0,
      updates: 1,
      initialDatasets: 0,
    });
    const store = await openSimulationStore(db.database, { scenario: "changed" });
    const [first] = await updatesOf(store, "a");
    expect(first?.data).toEqual({ segments: { id: [1], speed: [-1] } });
  });

  it("error says what is there", async () => {
    const path = makeFolder("conflict");
    await load(path);
    await expect(load(path, { policy: "error" })).rejects.toThrow(/"a" has an initial dataset already/);
  });
});

describe("parts that will not do", () => {
  const broken = {
    "t11_0_a.json": '{"a":{"segments":{"id":[1],"speed":[',
    "t12_0_a.json": '{"a":{"segments":{"id":[1,2],"speed":[1,{}]}}}',
    "t13_0_a.json": text("a", "fast"),
    "t14_0_a.json": text("a", 14),
  };

  it("become rejects with file and position, all others go in, and counts add up", async () => {
    const path = makeFolder("broken", broken);
    folder.text("broken/init_data/c.json", "{");
    const rejectsFile = folder.path("rejects/broken.ndjson");
    const report = await load(path, { rejectsFile });
    expect(report).toMatchObject({
      status: "completed_with_rejects",
      read: 10,
      inserted: 6,
      rejected: 4,
      updates: 5,
      initialDatasets: 1,
      rejectsFile,
    });
    const file = (name: string): string => join(path, "updates", name);
    expect(await readNdjson(rejectsFile)).toEqual([
      expect.objectContaining({ source: join(path, "init_data/c.json"), code: "invalid_json", record: null }),
      expect.objectContaining({
        source: file("t11_0_a.json"),
        position: "line 1, column 37",
        code: "invalid_json",
        record: null,
      }),
      expect.objectContaining({
        source: file("t12_0_a.json"),
        position: "/a/segments/speed[1]",
        code: "invalid_value",
      }),
      expect.objectContaining({
        source: file("t13_0_a.json"),
        message: expect.stringMatching(/t13_0_a\.json: .*segments\.speed/),
        record: {
          dataset: "a",
          timestamp: 13,
          iteration: 0,
          origin: null,
          data: { segments: { id: [1], speed: ["fast"] } },
        },
      }),
    ]);
    const store = await openSimulationStore(db.database, { scenario: "broken" });
    expect(await store.listTimestamps("a")).toEqual([9, 10, 14]);
  });

  it("go in once they are mended: in their files, or in the file of rejects", async () => {
    const path = makeFolder("mended", broken);
    const rejectsFile = folder.path("rejects/mended.ndjson");
    expect(await load(path, { rejectsFile })).toMatchObject({ rejected: 3 });
    const rejects = await readFile(rejectsFile, "utf8");
    const mended = folder.text("mended.ndjson", rejects.replace('"fast"', "13").replace("[1,{}]", "[1,2]"));
    const again = await load(mended, { scenario: "mended" });
    expect(again).toMatchObject({ read: 3, inserted: 2, rejected: 1 });
    expect(await readNdjson(again.rejectsFile ?? "")).toEqual([
      expect.objectContaining({ source: mended, position: "line 1", code: "no_record" }),
    ]);
    folder.text("mended/updates/t11_0_a.json", text("a", 11));
    expect(await load(path)).toMatchObject({ inserted: 1, skipped: 8, rejected: 0 });
    const store = await openSimulationStore(db.database, { scenario: "mended" });
    expect(await store.listTimestamps("a")).toEqual([9, 10, 11, 12, 13, 14]);
  });

  it("keep whole numbers beyond 2^53 exact until they are mended", async () => {
    const scenario = newScenario();
    const line = (timestamp: number, x: string): string =>
      `{"dataset":"a","timestamp":${timestamp},"iteration":0,"data":{"g":{"id":[9007199254740993],"x":[${x}]}}}`;
    const report = await load(folder.text("long.ndjson", `${line(1, "1")}\n${line(2, '"two"')}`), {
      scenario,
    });
    expect(report).toMatchObject({ inserted: 1, rejected: 1 });
    const rejects = await readFile(report.rejectsFile ?? "", "utf8");
    const mended = folder.text("longMended.ndjson", rejects.replace('["two"]', "[2]"));
    expect(await load(mended, { scenario, rejectsFile: folder.path("rejects/none.ndjson") })).toMatchObject({
      inserted: 1,
      rejected: 0,
    });
    const updates = await updatesOf(await openSimulationStore(db.database, { scenario }), "a");
    expect(updates.map(({ data }) => data)).toEqual([
      { g: { id: [9007199254740993n], x: [1] } },
      { g: { id: [9007199254740993n], x: [2] } },
    ]);
  });

  it("more of them than allowed are an error; what was committed stays", async () => {
    const path = makeFolder("limit", broken);
    const options = { scenario: newScenario(), maxRejects: 1, commitEvery: 1 };
    await expect(load(path, options)).rejects.toMatchObject({ code: "TOO_MANY_REJECTS" });
    const store = await openSimulationStore(db.database, { scenario: options.scenario });
    expect(await store.getUpdateCount("a")).toBeGreaterThan(0);
    const whole = { scenario: newScenario(), maxRejects: 1, commitEvery: 0 };
    await expect(load(path, whole)).rejects.toThrow(/More than 1 parts were rejected .*t12_0_a\.json/);
    expect(await (await openSimulationStore(db.database, whole)).getUpdateCount()).toBe(0);
  });

  it("in records are told by line", async () => {
    const lines = [
      '{"dataset":"a","timestamp":1,"iteration":0,"data":{"g":{"id":[1]}}}',
      "",
      "{",
      '{"timestamp":1,"data":{}}',
      '{"dataset":"a","timestamp":1.5,"data":{}}',
      '{"dataset":"a","timestamp":2,"data":{"g":{"id":[{}]}}}',
      '{"dataset":"a","timestamp":1,"iteration":0,"data":{"g":{"id":[2]}}}',
      '{"dataset":"a","timestamp":3,"model":{"name":"m"},"data":{"g":{"id":[9007199254740993]}}}',
    ];
    const scenario = newScenario();
    const report = await load(folder.text("records.ndjson", lines.join("\n")), { scenario });
    expect(report).toMatchObject({ read: 7, inserted: 2, duplicates: 1, rejected: 4 });
    const rejects = await readNdjson(report.rejectsFile ?? "");
    expect(rejects.map(({ position, code }) => [position, code])).toEqual([
      ["line 3", "invalid_json"],
      ["line 4", "no_dataset"],
      ["line 5", "invalid_key"],
      ["line 6", "invalid_value"],
    ]);
    const store = await openSimulationStore(db.database, { scenario });
    expect(await updatesOf(store, "a")).toMatchObject([
      { timestamp: 1, data: { g: { id: [1] } } },
      { timestamp: 3, origin: "m", data: { g: { id: [9007199254740993n] } } },
    ]);
  });
});

describe("before anything is made", () => {
  const schemas = async (): Promise<number> =>
    db.value("select count(*)::int from pg_namespace where nspname = 'never'");

  it.each<[string, () => Partial<LoadSimulationOptions> & { input: string }, RegExp]>([
    ["no such path", () => ({ input: folder.path("missing") }), /missing: it does not exist/],
    ["an empty folder", () => ({ input: folder.folder("void") }), /void is empty: expected the folders/],
    [
      "another policy",
      () => ({ input: makeFolder("x"), policy: "replace" as never }),
      /Unknown on_conflict "replace"/,
    ],
    ["part of a commit", () => ({ input: makeFolder("x"), commitEvery: 0.5 }), /commitEvery is 0.5/],
    ["records of no scenario", () => ({ input: folder.text("r.ndjson", "{}") }), /say of which scenario/],
    [
      "no such initial data",
      () => ({ input: makeFolder("x"), initialData: folder.path("missing") }),
      /missing: there is no such folder/,
    ],
    [
      "rejects over something else",
      () => ({ input: makeFolder("x"), rejectsFile: folder.text("other.txt", "precious") }),
      /exists and is no rejects file/,
    ],
  ])("%s is refused", async (_name, options, message) => {
    await expect(load("", { schema: "never", ...options() })).rejects.toThrow(message);
    expect(await schemas()).toBe(0);
  });

  it("a dry run counts and leaves nothing", async () => {
    const path = makeFolder("dry", {
      "t1_0_a.json": "{",
      "t2_0_a.json": text("a", "fast"),
      "t02_0_b.json": text("b", true),
      "t2_0_b.json": text("b", true),
    });
    const report = await load(path, { schema: "never", dryRun: true });
    expect(report).toMatchObject({ read: 9, inserted: 6, rejected: 2, duplicates: 1 });
    expect(await loadSimulation(null, { input: path, dryRun: true })).toMatchObject({
      inserted: 6,
      rejectsFile: null,
    });
    expect(await schemas()).toBe(0);
  });

  it("a dry run over what is there says what the policies would do", async () => {
    const path = makeFolder("dryAgain");
    await load(path);
    folder.text("dryAgain/updates/t20_0_a.json", text("a", 1));
    const counts = async (policy: "skip" | "update"): Promise<object> => load(path, { dryRun: true, policy });
    expect(await counts("skip")).toMatchObject({ read: 6, inserted: 1, skipped: 5 });
    expect(await counts("update")).toMatchObject({ read: 6, inserted: 1, updated: 5 });
    await expect(load(path, { dryRun: true, policy: "error" })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await (await openSimulationStore(db.database, { scenario: "dryAgain" })).getUpdateCount()).toBe(4);
  });
});

describe("a dry run rejects what the load rejects", () => {
  const counts = ["read", "inserted", "skipped", "duplicates", "rejected"] as const;
  const both = async (input: string, options: Partial<LoadSimulationOptions>): Promise<unknown[]> => {
    const reports = [];
    for (const dryRun of [true, false]) {
      const rejectsFile = folder.path(`rejects/both-${scenarios}-${dryRun}.ndjson`);
      const report = await load(input, { ...options, dryRun, rejectsFile });
      const lines = report.rejectsFile === null ? [] : await readNdjson(rejectsFile);
      const rejects = lines.map((line) => {
        const { source, position, code } = line as Record<string, unknown>;
        return [source, position, code];
      });
      reports.push({ counts: counts.map((name) => report[name]), rejects });
    }
    return reports;
  };
  const data = (attribute: string, values: unknown): string =>
    JSON.stringify({ a: { segments: { id: [1], [attribute]: values } } });

  it("for types and shapes that do not go with those in the store", async () => {
    const scenario = newScenario();
    const first = makeFolder("typed", {
      "t11_0_a.json": data("rows", [[1, 2]]),
      "t12_0_a.json": data("nothing", [null]),
    });
    await load(first, { scenario });
    const path = folder.folder("typedAgain");
    const files = {
      "updates/t20_0_a.json": data("speed", ["fast"]),
      "updates/t21_0_a.json": data("speed", [true]),
      "updates/t22_0_a.json": data("rows", [1]),
      "updates/t23_0_a.json": data("nothing", ["something"]),
      "updates/t24_0_a.json": data("nothing", [1]),
      "updates/t25_0_a.json": data("speed", [7]),
      "updates/t26_2147483648_a.json": data("speed", [7]),
      "updates/t27_0_b.json": '{"b":{"segments":{"id":[1],"speed":[1]}}}',
      "updates/t28_0_new.json": '{"new":{"segments":{"id":[1],"speed":["fast"]}}}',
      "init_data/b.json": '{"data":{"segments":{"id":[1],"speed":["slow"]}}}',
      "init_data/a.json": '{"data":{"segments":{"id":[1],"speed":["slow"]}}}',
    };
    for (const [name, content] of Object.entries(files)) folder.text(`typedAgain/${name}`, content);
    const [dry, real] = await both(path, { scenario });
    expect(dry).toMatchObject({ counts: [11, 3, 1, 0, 7] });
    expect(dry).toEqual(real);
  });

  it("for records, in whatever order they come", async () => {
    const scenario = newScenario();
    await load(makeFolder("ordered"), { scenario });
    const lines = [
      { dataset: "a", timestamp: 10, data: { segments: { id: [1], speed: [4] } } },
      { dataset: "a", timestamp: 9, data: { segments: { id: [1], speed: [4] } } },
      { dataset: "a", timestamp: 30, data: { segments: { id: [1], speed: [4] } } },
      { dataset: "a", timestamp: 30, data: { segments: { id: [1], speed: [5] } } },
      { dataset: "a", timestamp: 31, data: { segments: { id: [1], speed: ["fast"] } } },
    ].map((line) => JSON.stringify(line));
    const deep = `{"dataset":"a","timestamp":32,"data":${"[".repeat(9000)}${"]".repeat(9000)}}`;
    const path = folder.text("ordered.ndjson", [...lines, deep, '{"timestamp":1e400}'].join("\n"));
    const updated = await load(path, { scenario, dryRun: true, policy: "update" });
    expect(updated).toMatchObject({ read: 7, inserted: 1, updated: 2, duplicates: 1, rejected: 3 });
    const [dry, real] = await both(path, { scenario });
    expect(dry).toEqual({
      counts: [7, 1, 2, 1, 3],
      rejects: expect.arrayContaining([
        [path, "line 5", "wrong_type"],
        [path, "line 6", "too_deep"],
        [path, "line 7", "out_of_range"],
      ]),
    });
    expect(real).toMatchObject({ counts: [7, 1, 2, 1, 3] });
  });
});

describe("while it runs", () => {
  it("says how far it has come, with the total", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 600 }, (_, t) => [`t${1000 + t}_0_a.json`, text("a", t)]),
    );
    const path = makeFolder("progress", files);
    const told: { done: number; total: number | null }[] = [];
    await load(path, { onProgress: ({ done, total }) => told.push({ done, total }) });
    expect(told.length).toBeGreaterThan(3);
    expect(told.every(({ total }) => total === 605)).toBe(true);
    expect(told.at(-1)?.done).toBe(605);
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
  });

  it("stops when it is told to; what was committed stays, and the rest goes in later", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, t) => [`t${1000 + t}_0_a.json`, text("a", t)]),
    );
    const path = makeFolder("stopped", files);
    const stop = new AbortController();
    const store = await openSimulationStore(db.database, { scenario: "stopped" });
    const running = load(path, {
      commitEvery: 50,
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done > 210) stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
    const part = await store.getUpdateCount();
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThan(404);
    expect(await load(path)).toMatchObject({ inserted: 404 - part, skipped: part + 1 });
    expect(await storedIn("stopped")).toEqual(await contentsOf(await openSimulationResults(path)));
  });
});

describe("two loads at once", () => {
  it("of the same files lose nothing and double nothing", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 500 }, (_, t) => [
        `t${1000 + t}_0_${t % 3 === 0 ? "a" : "c"}.json`,
        text("data", t),
      ]),
    );
    const path = makeFolder("twice", files);
    const reports = await Promise.all(
      [20, 33].map((commitEvery) => load(path, { scenario: "twice", commitEvery })),
    );
    for (const { read, rejected } of reports) expect({ read, rejected }).toEqual({ read: 505, rejected: 0 });
    expect(reports.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(505);
    expect(await storedIn("twice")).toEqual(await contentsOf(await openSimulationResults(path)));
  });
});

describe("openSimulationResults", () => {
  it("reads a scenario, a folder and an SQLite file in one way", async () => {
    const path = makeFolder("three");
    await load(path, { scenario: "three" });
    const folderSource = await openSimulationResults(path);
    const store = await openSimulationResults(db.dsn, { scenario: "three" });
    const updates = [...(await updatesOf(folderSource, "a")), ...(await updatesOf(folderSource, "b"))];
    writeSqlite(folder.path("three/results.db"), {
      updates: updates as SqliteContents["updates"] & object,
      initials: [
        { name: "a", format: "UNSTRUCTURED", document: await readFile(join(path, "init_data/a.json")) },
      ],
    });
    const sqlite = await openSimulationResults(folder.path("three/results.db"));
    try {
      expect([folderSource.kind, store.kind, sqlite.kind]).toEqual(["json", "postgresql", "sqlite"]);
      const contents = await contentsOf(folderSource);
      expect(Object.keys(contents)).toEqual(["a", "b"]);
      expect(await contentsOf(store)).toEqual(contents);
      expect(await contentsOf(sqlite)).toEqual(contents);
    } finally {
      for (const source of [folderSource, store, sqlite]) await source.close();
    }
  });

  it.each([
    ["no scenario", () => [db.dsn, { scenario: "none" }] as const, /There is no scenario "none"/],
    ["an empty folder", () => [folder.folder("hollow"), {}] as const, /hollow is empty/],
    ["records", () => [folder.text("r2.ndjson", "{}"), {}] as const, /load it into a store/],
  ])("%s: a sentence", async (_name, input, message) => {
    await expect(openSimulationResults(...input())).rejects.toThrow(message);
  });
});

describe("a load whose scenario another one has", () => {
  it.each([40, 0])(
    "says for whom it waits, and goes on when that one has ended: commitEvery %i",
    async (commitEvery) => {
      const scenario = newScenario();
      const update = (timestamp: number): string =>
        JSON.stringify({
          dataset: "roads",
          timestamp,
          iteration: 0,
          data: { segments: { id: [1], speed: [1] } },
        });
      await load(folder.text(`before${commitEvery}.ndjson`, update(1)), { scenario });
      const id = await db.value("select id from simulation.scenario where name = $1", [scenario]);
      const holder = await db.database.pool.connect();
      try {
        await holder.query("begin; set local application_name = 'the other load'");
        await holder.query(
          "select pg_advisory_xact_lock(hashtextextended('copycat simulation load simulation', $1))",
          [id],
        );
        const input = folder.text(`after${commitEvery}.ndjson`, update(2));
        let loaded: Promise<LoadSimulationReport> | undefined;
        const told = new Promise<string>((notice) => {
          loaded = load(input, { scenario, commitEvery, log: { notice } });
        });
        expect(await told).toMatch(
          /^Another load of this scenario is running \(pid \d+, the other load, for \d+ s\); waiting for it to end\.$/,
        );
        await holder.query("commit");
        expect(await loaded).toMatchObject({ inserted: 1 });
      } finally {
        holder.release();
      }
    },
  );
});
