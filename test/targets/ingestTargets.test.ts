// Data sets poured into several servers at once: each where it belongs, and a server that is down fails its own only.

import { existsSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import type { CopycatError } from "../../src/errors.ts";
import { listRuns } from "../../src/ingest/index.ts";
import {
  closeTargets,
  findRun,
  type IngestTargetsOptions,
  ingestTargets,
  moveDataset,
  openTargets,
  readTargets,
  resumeTargetIngest,
  routeGroups,
  sumTargets,
  type TargetProgress,
  type TargetResult,
  type Targets,
} from "../../src/targets/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { readNdjson, useFolder } from "../support/files.ts";
import { smallInputs } from "../support/smallInputs.ts";
import { useTargets } from "./support.ts";

const folder = useFolder();
const servers = useTargets(folder, { east: ["VDP", "E_*"], west: ["EDRIXS", "W_*"], rest: [] });

const blank = useDatabase({ empty: true });
const west = () => servers.databases.west as TestDatabase;

const { dataset, records } = smallInputs(folder);

async function pour(
  inputs: readonly string[],
  options: Partial<IngestTargetsOptions> = {},
): Promise<TargetResult[]> {
  return ingestTargets(await servers.read(), { inputs, workers: 1, ...options });
}

/** Of the catalog of a target, the keys at its top. */
const tops = async (name: string): Promise<string[]> => {
  const rows = await servers.databases[name]?.rows<{ key: string }>(
    "select key from nodes where parent = 0 order by key",
  );
  return (rows ?? []).map(({ key }) => key);
};

/** The targets of the file, of which one has a port that nobody listens at. */
async function withoutWest(): Promise<Targets> {
  const { path, list } = await servers.read();
  const dsn = "postgres://nobody@127.0.0.1:1/none";
  return { path, list: list.map((target) => (target.name === "west" ? { ...target, dsn } : target)) };
}

const outline = (results: readonly TargetResult[]) =>
  results.map(({ target, group, report, error }) => [
    target,
    group.name,
    report?.status ?? (error as CopycatError).code,
  ]);

describe("ingest into several targets", () => {
  it("puts each data set where it belongs, and tells of each when it has ended", async () => {
    const inputs = [await dataset("VDP"), await dataset("EDRIXS"), await dataset("OTHER")];
    const told: TargetResult[] = [];
    const progress: TargetProgress[] = [];
    const results = await pour(inputs, {
      onResult: (result) => told.push(result),
      onProgress: (now) => progress.push(now),
    });
    expect(outline(results)).toEqual([
      ["east", "VDP", "completed"],
      ["west", "EDRIXS", "completed"],
      ["rest", "OTHER", "completed"],
    ]);
    expect(new Set(told)).toEqual(new Set(results));
    expect(new Set(progress.map(({ target }) => target))).toEqual(new Set(["east", "west", "rest"]));
    expect([await tops("east"), await tops("west"), await tops("rest")]).toEqual([
      ["VDP"],
      ["EDRIXS"],
      ["OTHER"],
    ]);
    for (const { database } of Object.values(servers.databases)) {
      expect((await verifyCatalog(database)).ok).toBe(true);
      expect(await listRuns(database)).toHaveLength(1);
    }
  });

  it("again changes nothing", async () => {
    const inputs = [await dataset("E_1"), await dataset("W_1"), await dataset("E_2")];
    const first = sumTargets(await pour(inputs), 10);
    expect(first).toMatchObject({ status: "completed", nodes: { inserted: 9, unchanged: 0 }, elapsedMs: 10 });
    expect(first.datasets.map(({ target }) => target)).toEqual(["east", "west", "east"]);
    const again = sumTargets(await pour(inputs), 10);
    expect(again).toMatchObject({ status: "completed", nodes: { inserted: 0, unchanged: 9 } });
  });

  it("fails what goes to a target that is down, and that only; again does the rest", async () => {
    const inputs = [
      await dataset("E_3"),
      await dataset("W_2"),
      await dataset("W_3"),
      await dataset("OTHER_2"),
    ];
    const results = await ingestTargets(await withoutWest(), { inputs });
    expect(outline(results)).toEqual([
      ["east", "E_3", "completed"],
      ["west", "W_2", "CONNECTION"],
      ["west", "W_3", "CONNECTION"],
      ["rest", "OTHER_2", "completed"],
    ]);
    expect(String(results[1]?.error)).toContain("The target west does not answer: Cannot connect to ");
    expect(await tops("west")).not.toContain("W_2");
    expect(outline(await pour(inputs)).map(([, , status]) => status)).toEqual(Array(4).fill("completed"));
    expect(await tops("west")).toEqual(expect.arrayContaining(["W_2", "W_3"]));
  });

  it("fails what a server was at when it went away, and the others go on", async () => {
    const inputs = [await dataset("E_9"), await dataset("W_9"), await dataset("OTHER_9")];
    const lost = new URL(west().dsn).pathname.slice(1);
    const results = await pour(inputs, {
      beforeCommit: async (client) => {
        await client.query("select pg_terminate_backend(pg_backend_pid()) where current_database() = $1", [
          lost,
        ]);
      },
    });
    expect(results.map(({ error }) => error === null)).toEqual([true, false, true]);
    expect(String(results[1]?.error)).toMatch(/^CopycatError: (At the|The) target west/);
    expect(await tops("west")).not.toContain("W_9");
    expect((await pour(inputs)).map(({ report }) => report?.nodes.inserted)).toEqual([0, 3, 0]);
  });

  it("stops everywhere when it is aborted, and completes when it is done again", async () => {
    const inputs = [await dataset("E_4"), await dataset("W_4"), await dataset("E_5")];
    const control = new AbortController();
    const results = await pour(inputs, {
      signal: control.signal,
      onProgress: ({ target }) => target === "east" && control.abort(),
    });
    expect(outline(results)[0]).toEqual(["east", "E_4", "CANCELLED"]);
    expect(outline(results)[2]).toEqual(["east", "E_5", "CANCELLED"]);
    expect(await tops("east")).not.toContain("E_4");
    expect(outline(await pour(inputs)).map(([, , status]) => status)).toEqual(Array(3).fill("completed"));
    for (const { database } of Object.values(servers.databases)) {
      expect((await verifyCatalog(database)).ok).toBe(true);
    }
  });

  it("lists rejects in a file for each target", async () => {
    const inputs = [
      await dataset("E_6", "other"),
      await dataset("W_6", "other"),
      await dataset("E_7", "other"),
    ];
    const results = await pour(inputs, { rejectsFile: folder.path("r.ndjson") });
    expect(results.map(({ report }) => report?.rejectsFile)).toEqual([
      folder.path("r.east.ndjson"),
      folder.path("r.west.ndjson"),
      folder.path("r.east.ndjson"),
    ]);
    expect(await readNdjson(folder.path("r.east.ndjson"))).toHaveLength(2);
    expect(await readNdjson(folder.path("r.west.ndjson"))).toHaveLength(1);
    expect(existsSync(folder.path("r.ndjson"))).toBe(false);
    // Once it is mended, it goes where its data set does.
    await dataset("W_6");
    const [mended] = await pour([folder.path("r.west.ndjson")]);
    expect([mended?.target, mended?.report?.nodes]).toMatchObject(["west", { inserted: 1, rejected: 0 }]);
  });

  it("changes nothing in a dry run", async () => {
    const before = await tops("east");
    const [result] = await pour([await dataset("E_8")], { dryRun: true });
    expect(result?.report?.nodes.inserted).toBe(3);
    expect(await tops("east")).toEqual(before);
  });
});

describe("the target of an input", () => {
  it("is that of its data set; files that follow each other part where theirs do", async () => {
    for (const name of ["E_a.h5", "W_a.h5", "E_b.h5"]) await folder.hdf5(name, { children: {} });
    const inputs = ["E_a.h5", "W_a.h5", "E_b.h5"].map((name) => folder.path(name));
    const groups = await routeGroups(await servers.read(), { inputs });
    expect(groups.map(({ name, target, inputs: own }) => [name, target?.name, own.length])).toEqual([
      ["E_a.h5 and E_b.h5", "east", 2],
      ["W_a.h5", "west", 1],
    ]);
  });

  it("is that of all nodes of a file of records", async () => {
    const results = await pour([records("w.ndjson", "/W_5", "/W_5/x", "/EDRIXS/y")]);
    expect(results.map(({ target, report }) => [target, report?.nodes.inserted])).toEqual([["west", 3]]);
  });

  it("is refused for records of several, with what to do", async () => {
    const mixed = records("mixed.ndjson", "/VDP/x", "/VDP/y", "/W_5/z");
    const good = records("E.ndjson", "/VDP/ok");
    const results = await pour([good, mixed]);
    expect(outline(results)).toEqual([
      ["east", "VDP", "completed"],
      [null, mixed, "USAGE"],
    ]);
    expect(String(results[1]?.error)).toBe(
      `CopycatError: ${mixed} holds nodes for several targets: VDP goes to east, W_5 to west. ` +
        "Split it into a file for each, or name one server for all of it with dsn.",
    );
    await expect(pour([mixed])).rejects.toMatchObject({ code: "USAGE" });
  });

  it("is not looked for any longer when that is aborted", async () => {
    const input = records("aborted.ndjson", "/VDP/a", "/VDP/b");
    const options = { inputs: [input], signal: AbortSignal.abort() };
    await expect(routeGroups(await servers.read(), options)).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("is not known of standard input before it is read", async () => {
    await expect(pour(["-"], { stdin: process.stdin })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("is nowhere for a data set that no target takes", async () => {
    const { path, list } = await servers.read();
    const targets = { path, list: list.filter(({ isDefault }) => !isDefault) };
    await expect(ingestTargets(targets, { inputs: [await dataset("NOBODY")] })).rejects.toThrow(
      "No target takes the dataset NOBODY. Name it at one of east, west",
    );
  });
});

describe("a run that broke off", () => {
  it("is taken up on the target that has it", async () => {
    const input = records("parts.ndjson", "/W_7", ...Array.from({ length: 9 }, (_, n) => `/W_7/n${n}`));
    const control = new AbortController();
    const [result] = await pour([input], {
      commitEvery: 3,
      signal: control.signal,
      onProgress: ({ phase }) => phase === "merge" && control.abort(),
    });
    expect(result?.report).toBeNull();
    const [run] = await listRuns(west().database, { limit: 1 });
    const targets = await servers.read();
    const resumed = await resumeTargetIngest(targets, run?.id ?? "");
    expect(resumed).toMatchObject({ target: "west", report: { run: run?.id, status: "completed" } });
    expect(await west().value("select count(*)::int from nodes where key ~ '^n[0-9]$'")).toBe(9);
    await expect(resumeTargetIngest(targets, "ffffffff")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(resumeTargetIngest(await withoutWest(), run?.id ?? "")).rejects.toMatchObject({
      code: "CONNECTION",
    });
  });
});

describe("a run", () => {
  it("is found though another target has gone meanwhile, and cannot be told to be nowhere then", async () => {
    await pour([records("found.ndjson", "/E_RUN")]);
    const { database: east } = servers.databases.east as TestDatabase;
    const [run] = await listRuns(east, { limit: 1, dataset: "E_RUN" });
    const opened = await openTargets(await servers.read(), { applicationName: "run_is_looked_for" });
    const pool = opened.find(({ target }) => target.name === "west")?.database?.pool;
    // Nobody listens there: as after the server has gone.
    if (pool !== undefined) {
      Object.assign(pool.options, { connectionString: "postgres://nobody@127.0.0.1:1/none", port: 1 });
    }
    await west().rows(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'run_is_looked_for' and datname = current_database()",
    );
    expect(await findRun(opened, run?.id ?? "")).toMatchObject({ target: { name: "east" } });
    await expect(findRun(opened, "ffffffff")).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringContaining("and west cannot be asked"),
    });
    await closeTargets(opened);
  });
});

describe("inputs", () => {
  it("of records are told while they are looked at", async () => {
    const paths = Array.from({ length: 25_000 }, (_, n) => `/E_MANY/n${n}`);
    const input = records("many.ndjson", ...paths);
    const told: [string, number][] = [];
    const groups = await routeGroups(await servers.read(), {
      inputs: [input],
      onRecords: (name, count) => told.push([name, count]),
    });
    expect(told).toEqual([
      [input, 10_000],
      [input, 20_000],
    ]);
    expect(groups.map(({ target, datasets }) => [target?.name, datasets])).toEqual([["east", ["E_MANY"]]]);
  });

  it("are tried at a target without a catalog, where a dry run makes none", async () => {
    const path = folder.text(
      "blank.yaml",
      JSON.stringify({ targets: [{ name: "blank", dsn: blank.dsn, default: true }] }),
    );
    const inputs = [await dataset("DRY")];
    const dry = await ingestTargets(await readTargets(path), { inputs, workers: 1, dryRun: true });
    expect(outline(dry)).toEqual([["blank", "DRY", "completed"]]);
    expect(await blank.value("select count(*)::int from pg_class where relname = 'nodes'")).toBe(0);
    const real = await ingestTargets(await readTargets(path), { inputs, workers: 1 });
    expect(real[0]?.report?.nodes.inserted).toBe(3);
  });
});

describe("a data set that is at another target", () => {
  /** The targets of the file, but that a data set goes elsewhere, as an edit by hand makes it. */
  async function sending(key: string, to: string): Promise<Targets> {
    const { list } = await servers.read();
    const edited = list.map(({ name, dsn, datasets, isDefault }) => ({
      ...{ name, dsn, default: isDefault },
      datasets: [...datasets.filter((one) => one !== key), ...(name === to ? [key] : [])],
    }));
    return readTargets(folder.text("edited.yaml", JSON.stringify({ targets: edited })));
  }

  it("is not loaded a second time; what else goes there is in, and it is when it has been moved", async () => {
    const inputs = [await dataset("E_HAND"), await dataset("OTHER_HAND")];
    await pour(inputs);
    const edited = await sending("E_HAND", "rest");
    const extra = await dataset("NEW_HAND");
    const results = await ingestTargets(edited, { inputs: [...inputs, extra], workers: 1 });
    expect(outline(results)).toEqual([
      ["rest", "E_HAND", "CONFLICT"],
      ["rest", "OTHER_HAND", "completed"],
      ["rest", "NEW_HAND", "completed"],
    ]);
    expect(results[0]?.error).toMatchObject({
      message: expect.stringMatching(
        /sends E_HAND to rest, and it is at east: .*`copycat targets move E_HAND`/s,
      ),
    });
    expect([await tops("rest"), await tops("east")]).toEqual([
      expect.not.arrayContaining(["E_HAND"]),
      expect.arrayContaining(["E_HAND"]),
    ]);
    const dry = await ingestTargets(edited, { inputs: inputs.slice(0, 1), workers: 1, dryRun: true });
    expect(outline(dry)).toEqual([["rest", "E_HAND", "CONFLICT"]]);
    await moveDataset(edited, "E_HAND", { to: "rest" });
    const [moved] = await ingestTargets(edited, { inputs: inputs.slice(0, 1), workers: 1 });
    expect(moved?.report?.nodes).toMatchObject({ inserted: 0, unchanged: 3 });
  });

  it("is not known of while that one is down: new ones go in, and it is told", async () => {
    const notices: string[] = [];
    const { path, list } = await withoutWest();
    const results = await ingestTargets(
      { path, list },
      { inputs: [await dataset("E_DOWN")], workers: 1, log: { notice: (message) => notices.push(message) } },
    );
    expect(outline(results)).toEqual([["east", "E_DOWN", "completed"]]);
    expect(notices).toContainEqual(expect.stringContaining("east: west does not answer, "));
  });
});

describe("prune", () => {
  it("deletes at each target what its own data sets have lost", async () => {
    const names = ["E_PRUNE", "W_PRUNE"];
    const inputs = await Promise.all(names.map((name) => dataset(name)));
    for (const name of [...names, "E_KEPT"]) {
      await folder.hdf5(`${name}/b.h5`, { children: { T: { data: 2 }, m: { data: 1 } } });
    }
    const kept = await dataset("E_KEPT");
    await pour([...inputs, kept]);
    for (const name of [...names, "E_KEPT"]) rmSync(folder.path(`${name}/b.h5`));
    const entities = async (name: string): Promise<number> =>
      (await servers.databases[name]?.value<number>(
        "select count(*)::int from nodes where parent in (select id from nodes where key ~ '_(PRUNE|KEPT)$')",
      )) ?? 0;
    const dry = await pour(inputs, { prune: true, dryRun: true });
    expect(dry.map(({ report }) => [report?.files.vanished, report?.files.pruned])).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect([await entities("east"), await entities("west")]).toEqual([4, 2]);
    await pour(inputs, { prune: true });
    expect([await entities("east"), await entities("west")]).toEqual([3, 1]);
    for (const name of ["east", "west"]) {
      const { database } = servers.databases[name] as TestDatabase;
      expect((await verifyCatalog(database)).ok).toBe(true);
    }
  });
});
