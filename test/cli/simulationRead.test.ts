// `copycat simulation list`, `show`, `state`, `series` and `delete` as their users see them.

import { beforeAll, describe, expect, it } from "vitest";
import { openSimulationStore } from "../../src/simulation/index.ts";
import { memorySource } from "../simulation/support/memorySource.ts";
import { callCli, runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

const call = (...args: string[]) => callCli(["simulation", ...args, "--dsn", database.dsn]);
const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await call(...args, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};

const initial = {
  segments: { id: [1, 2, 3], label: [0, 1, null], reference: ["A", "B", null], points: [[1, 2], [], null] },
};
const updates = [
  { timestamp: 0, data: { segments: { id: [1, 2, 3], speed: [50, 60.5, 40], open: [true, true, null] } } },
  { timestamp: 10, data: { segments: { id: [2], speed: [null], open: [false] } } },
  { timestamp: 10, iteration: 1, data: { segments: { id: [3, 4], speed: [35, 1], points: [[7], null] } } },
  { timestamp: 100, data: { segments: { id: [1], speed: [45] } } },
];
const general = { enum: { label: ["highway", "regular"] }, special: { "segments.speed": 1 } };
const roads = { initial, metadata: { general }, updates };

async function fill(scenario: string, datasets: Parameters<typeof memorySource>[0]): Promise<void> {
  const store = await openSimulationStore(database.database, { scenario });
  const source = memorySource(datasets);
  for (const name of Object.keys(datasets)) {
    const first = await source.readInitial(name);
    if (first !== null) await store.storeInitialDataset(first);
    await store.storeUpdates(source.readUpdates({ dataset: name }));
  }
}

describe("before anything is stored", () => {
  it.each([
    ["list", []],
    ["show", ["roads"]],
    ["state", ["roads", "segments"]],
    ["series", ["roads", "segments", "speed"]],
    ["delete", ["base"]],
  ])("%s says what to type first", async (command, args) => {
    const { code, stderr } = await call(command, ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /no simulation store in the schema "simulation" yet\. Load .*copycat simulation load/,
    );
  });
});

describe("a scenario", () => {
  beforeAll(() => fill("base", { roads }));

  it("is listed with its datasets", async () => {
    const { stdout } = await call("list");
    expect(stdout).toMatch(/^scenario +dataset +initial +updates +from +to +arrays +stored\n/);
    expect(stdout).toMatch(/\nbase +roads +entity_based +4 +0 +100 +\d+ +\d+ bytes\n$/);
    expect(await json("list")).toEqual({
      scenarios: [
        {
          name: "base",
          createdAt: expect.any(String),
          datasets: [
            {
              name: "roads",
              updates: 4,
              from: 0,
              to: 100,
              initialFormat: "entity_based",
              arrays: 15,
              bytes: expect.any(Number),
            },
          ],
        },
      ],
    });
    expect(await json("list", "--scenario", "other")).toEqual({ scenarios: [] });
  });

  it("shows what a dataset has; the only one need not be named", async () => {
    const { stdout } = await call("show");
    expect(stdout).toBe(`\
roads of scenario base
  4 updates from 0 to 100; 4 entities

segments: 4 entities
  attribute  type           min   max  special  names
  label      int              0     1           highway, regular
  reference  str              -     -
  points     int, ragged      1     7
  speed      float            1  60.5        1
  open       bool         false  true
`);
    expect(await json("show", "roads")).toMatchObject({
      scenario: "base",
      name: "roads",
      entities: 4,
      updates: 4,
      from: 0,
      to: 100,
      metadata: { general },
      groups: [
        { name: "segments", attributes: [{ name: "label", type: "int", min: 0, max: 1 }, {}, {}, {}, {}] },
      ],
    });
  });

  it("has a state at every time", async () => {
    const { stdout } = await call("state", "roads", "segments", "--at", "10");
    expect(stdout).toBe(`\
id  label  reference  points  speed  open
 1      0  A          [1, 2]     50  true
 2      1  B          []       60.5  false
 3      -  -          [7]        35  -
 4      -  -          -           1  -
`);
    expect(
      await json("state", "roads", "segments", "--at", "5", "--attribute", "speed", "--attribute", "points"),
    ).toEqual({
      scenario: "base",
      dataset: "roads",
      group: "segments",
      timestamp: 5,
      data: {
        id: { data: [1, 2, 3] },
        speed: { data: [50, 60.5, 40] },
        points: { data: [1, 2, null], indptr: [0, 2, 2, 3] },
      },
    });
    expect(await json("state", "roads", "segments")).toMatchObject({
      timestamp: 100,
      data: { id: { data: [1, 2, 3, 4] }, speed: { data: [45, 60.5, 35, 1] } },
    });
    expect(await json("state", "roads", "segments", "--at", "-1")).toMatchObject({
      data: { speed: { data: [null, null, null] } },
    });
  });

  it("shows some entities, some lines, and names", async () => {
    const { stdout } = await call(
      "state",
      "roads",
      "segments",
      "--ids",
      "3,1",
      "--attribute",
      "label",
      "--names",
    );
    expect(stdout).toBe("id  label\n 3  -\n 1  highway\n");
    const limited = await call("state", "roads", "segments", "--limit", "2", "--attribute", "points");
    expect(limited.stdout).toBe("id  points\n 1  [1, 2]\n 2  []\n");
    expect(limited.stderr).toBe("2 of 4 entities; --limit shows more.\n");
    expect(await json("state", "roads", "segments", "--limit", "1", "--attribute", "points")).toMatchObject({
      data: { id: { data: [1] }, points: { data: [1, 2], indptr: [0, 2] } },
    });
  });

  it("has series over time", async () => {
    expect(await json("series", "roads", "segments", "speed", "--id", "4,2", "--to", "50")).toEqual({
      scenario: "base",
      dataset: "roads",
      group: "segments",
      attribute: "speed",
      timestamps: [0, 10],
      id: [4, 2],
      data: [{ data: [null, 60.5] }, { data: [1, 60.5] }],
    });
    const { stdout } = await call("series", "roads", "segments", "open", "--from", "10");
    expect(stdout).toBe(`\
time  1     2      3  4
  10  true  false  -  -
 100  true  false  -  -
`);
  });

  it("has dates where the time of 0 is known", async () => {
    const timed = ["--reference", "2020-01-01", "--time-scale", "3600"];
    const { stdout } = await call(
      "series",
      "roads",
      "segments",
      "speed",
      "--id",
      "1",
      "--to",
      "2020-01-01 12:00",
      ...timed,
    );
    expect(stdout).toBe(`\
time  date                   1
   0  2020-01-01T00:00:00Z  50
  10  2020-01-01T10:00:00Z  50
`);
    const state = await json(
      "state",
      "roads",
      "segments",
      "--at",
      "2020-01-01T10:59:59",
      "--attribute",
      "speed",
      ...timed,
    );
    expect(state).toMatchObject({ timestamp: 10 });
    const dated = await json("series", "roads", "segments", "speed", "--id", "1", "--from", "100", ...timed);
    expect(dated).toMatchObject({ timestamps: [100], dates: ["2020-01-05T04:00:00.000Z"] });
    const unknown = await call("state", "roads", "segments", "--at", "2020-01-01");
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("without a timeline") });
  });

  it("takes the timeline that is kept with it", async () => {
    const store = await openSimulationStore(database.database, { scenario: "base" });
    await store.setDescription({ timeline: { reference: 1_577_836_800, timeScale: 60 } });
    expect(await json("state", "roads", "segments", "--at", "2020-01-01T00:10:30")).toMatchObject({
      timestamp: 10,
    });
    await store.setDescription({ timeline: null });
  });

  it("is plotted as a line, or as a map with a row for each entity", async () => {
    const line = await call("series", "roads", "segments", "speed", "--id", "1", "--plot");
    const lines = line.stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(18);
    expect(lines[0]).toMatch(/^ {2}50 ┤⠉+/);
    expect(lines[15]).toMatch(/^ {2}45 ┤ +\S+$/);
    expect(lines[17]).toMatch(/^ {6}0 +100$/);
    // It falls at the end only: the axis is time, not the number of the update.
    expect(lines[0]?.trimEnd().length).toBeGreaterThan(70);
    const map = (await call("series", "roads", "segments", "speed", "--plot")).stdout.trimEnd().split("\n");
    expect(map).toHaveLength(6);
    expect(map[0]).toMatch(/^1 /);
    // All values of the fourth are special, so that it is left blank and does not count.
    expect(map[3]?.trimEnd()).toBe("4");
    expect(map[5]).toMatch(/35 \|.*\| 60\.5$/);
    const sums = await call("series", "roads", "segments", "points", "--id", "3", "--plot");
    expect(sums).toMatchObject({ code: 0, stdout: expect.stringMatching(/^7 |^ *7 ┤/m) });
    const texts = await call("series", "roads", "segments", "reference", "--plot");
    expect(texts).toMatchObject({ code: 2, stderr: expect.stringContaining("is made of texts") });
  });

  it.each([
    [["show", "raods"], 1, /Dataset raods not found in .*scenario "base" \(did you mean roads\?\)/],
    [["state", "roads", "segment"], 1, /has no group segment \(did you mean segments\?\)/],
    [
      ["state", "roads", "segments", "--attribute", "sped"],
      1,
      /has no attribute sped \(did you mean speed\?\)/,
    ],
    [["state", "roads", "segments", "--ids", "9"], 1, /no id 9 up to that time/],
    [["state", "roads", "segments", "--ids", "1,x"], 2, /expected whole numbers, such as 1,2,5/],
    [["state", "roads", "segments", "--at", "noon"], 2, /expected a date such as/],
    [["state", "roads", "segments", "--time-scale", "60"], 2, /--time-scale needs --reference/],
    [["state", "roads", "segments", "--time-scale", "0"], 2, /expected a number above 0/],
    [
      ["series", "roads", "segments", "sped"],
      1,
      /no attribute sped \(did you mean speed\?\); it has label, /,
    ],
    [["series", "roads", "segments", "speed", "--from", "5", "--to", "1"], 2, /begins at 5 and ends before/],
    [["series", "roads", "segments", "speed", "--plot", "--json"], 2, /leave --json out/],
    [["show", "--scenario", "bas"], 1, /There is no scenario "bas"/],
    [["show", "--scenario", "base", "--files", "x"], 2, /leave one of them out/],
    [["show", "--files", "nowhere"], 1, /nowhere/],
  ])("%j fails with %d and says why", async (args, code, message) => {
    const result = await call(...(args as string[]));
    expect(result.code, result.stderr).toBe(code);
    expect(result.stderr).toMatch(message);
    if (!args.includes("--json")) expect(result.stdout).toBe("");
  });
});

describe("several scenarios", () => {
  const one = {
    initial: { g: { id: [1], a: [1] } },
    updates: [{ timestamp: 0, data: { g: { id: [1], a: [2] } } }],
  };

  beforeAll(async () => {
    await fill("second", { one });
    await fill("third", {
      one,
      two: { ...one, updates: [...one.updates, { timestamp: 7, data: { g: { id: [1], a: [3] } } }] },
    });
  });

  it("must be told apart", async () => {
    const { code, stderr } = await call("show");
    expect(code).toBe(2);
    expect(stderr).toContain("There are 3 scenarios: base, second, third. Choose one with --scenario NAME.");
    const unnamed = await call("show", "--scenario", "third");
    expect(unnamed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There are 2 datasets: one, two."),
    });
    expect(await json("state", "one", "g", "--scenario", "second")).toMatchObject({
      scenario: "second",
      data: { a: { data: [2] } },
    });
  });

  it("go one by one, and leave the others", async () => {
    const dry = await call("delete", "third", "--dry-run");
    expect(dry).toMatchObject({
      code: 0,
      stdout: "Would delete scenario third: 2 datasets, 3 updates, 10 arrays.\n",
    });
    const missing = await call("delete", "thrid");
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("(did you mean third?)") });
    expect((await call("delete", "third", "--dataset", "too")).stderr).toContain(
      "has no dataset too (did you mean two?)",
    );
    for (const args of [[], ["--dataset", "two"]]) {
      const unsure = await call("delete", "third", ...args);
      expect(unsure).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("; add --yes") });
    }
    expect((await call("delete", "third", "--dry-run")).stdout).toBe(dry.stdout);
    const part = await call("delete", "third", "--dataset", "two", "--yes");
    expect(part.stdout).toBe("Deleted dataset two of scenario third: 2 updates, 6 arrays.\n");
    const { stdout } = await call("delete", "third", "--yes", "--json");
    expect(JSON.parse(stdout)).toEqual({
      scenario: "third",
      dataset: null,
      dryRun: false,
      datasets: 1,
      updates: 1,
      arrays: 4,
    });
    const names = (await json("list")).scenarios as { name: string; datasets: { arrays: number }[] }[];
    expect(names.map(({ name, datasets }) => [name, datasets.map(({ arrays }) => arrays)])).toEqual([
      ["base", [15]],
      ["second", [4]],
    ]);
    const left = "select count(*)::int from simulation.update_array";
    expect(await database.value<number>(left)).toBe(13);
  });
});

describe("files", () => {
  it("are read without a database", async () => {
    folder.text("run/init_data/roads.json", JSON.stringify({ name: "roads", data: initial }));
    for (const { timestamp, iteration = 0, data } of updates) {
      folder.text(`run/updates/t${timestamp}_${iteration}_roads.json`, JSON.stringify({ roads: data }));
    }
    const read = async (...args: string[]) => {
      const { code, stdout, stderr } = await callCli(["simulation", ...args, "--files", folder.path("run")]);
      expect(code, stderr).toBe(0);
      return stdout;
    };
    expect(await read("show")).toMatch(/^roads\n {2}4 updates from 0 to 100; 4 entities\n/);
    expect(JSON.parse(await read("state", "roads", "segments", "--at", "10", "--json"))).toMatchObject({
      scenario: null,
      timestamp: 10,
      data: { id: { data: [1, 2, 3, 4] }, speed: { data: [50, 60.5, 35, 1] } },
    });
    expect(await read("series", "roads", "segments", "speed", "--id", "4")).toBe(
      "time  4\n   0  -\n  10  1\n 100  1\n",
    );
    // In a process of its own, where no test runner helps with modules.
    const shown = await runCli(["simulation", "show", "--files", "run"], { cwd: folder.root });
    expect(shown).toMatchObject({ code: 0, stderr: "", stdout: await read("show") });
  });
});
