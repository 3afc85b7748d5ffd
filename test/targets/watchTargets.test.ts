// Data sets that grow, watched for several servers: each goes to its own, and follows it when it is moved.

import { afterEach, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { ingest, type WatchSummary } from "../../src/ingest/index.ts";
import {
  moveDataset,
  readTargets,
  type TargetWatchEvent,
  type WatchTargetsOptions,
  watchTargets,
} from "../../src/targets/index.ts";
import { content, describeFiles, quick } from "../ingest/watch/support.ts";
import { callCli } from "../support/cli.ts";
import type { TestDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { useTargets } from "./support.ts";

const folder = useFolder();
const servers = useTargets(folder, { east: ["E_*"], west: ["W"], rest: [] });
const server = (name: string) => servers.databases[name] as TestDatabase;
const down = "postgres://nobody:hidden@127.0.0.1:1/none";
const stops: AbortController[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** A data set with one file; its YAML. */
async function dataset(key: string): Promise<string> {
  await folder.hdf5(`${key}/H1.h5`, content(1));
  return folder.text(`${key}/d.yaml`, describeFiles(key));
}

function start(path: string, inputs: readonly string[], options: Partial<WatchTargetsOptions> = {}) {
  const events: TargetWatchEvent[] = [];
  const stop = new AbortController();
  stops.push(stop);
  const ended = watchTargets(path, {
    ...quick,
    inputs,
    stop: stop.signal,
    onEvent: (event) => events.push(event),
    ...options,
  });
  ended.catch(() => undefined);
  const batches = (target: string): TargetWatchEvent[] =>
    events.filter((event) => event.event === "batch" && event.status !== "failed" && event.target === target);
  const sees = (target: string, count: number): Promise<void> =>
    expect.poll(() => batches(target).length, { timeout: 20_000 }).toBe(count);
  const end = async (): Promise<WatchSummary> => {
    stop.abort();
    return ended;
  };
  return { events, sees, stop: end };
}

/** Keys of entities of a data set at a server. */
async function entitiesAt(name: string, key: string): Promise<string[]> {
  const rows = await server(name).rows<{ key: string }>(
    "select key from nodes where parent = (select id from nodes where parent = 0 and key = $1) order by key",
    [key],
  );
  return rows.map((row) => row.key);
}

describe("watch of several servers", () => {
  it("pours what comes into the server of its data set, and follows a move", async () => {
    const path = servers.write();
    const watch = start(path, [await dataset("E_1"), await dataset("W")]);
    await watch.sees("east", 1);
    await watch.sees("west", 1);
    expect([await entitiesAt("east", "E_1"), await entitiesAt("west", "W")]).toEqual([["H1"], ["H1"]]);
    await moveDataset(await readTargets(path), "E_1", { to: "rest" });
    await folder.hdf5("E_1/H2.h5", content(2));
    await expect.poll(() => entitiesAt("rest", "E_1"), { timeout: 20_000 }).toEqual(["H1", "H2"]);
    await folder.hdf5("W/H2.h5", content(2));
    await expect.poll(() => entitiesAt("west", "W"), { timeout: 20_000 }).toEqual(["H1", "H2"]);
    expect(await entitiesAt("east", "E_1")).toEqual([]);
    const summary = await watch.stop();
    expect(summary.rejected).toBe(0);
    expect(watch.events).toContainEqual(
      expect.objectContaining({
        target: "east",
        status: "failed",
        error: { code: "CONFLICT", message: expect.stringContaining("sends E_1 to rest by now") },
      }),
    );
    for (const name of ["east", "west", "rest"]) {
      expect((await verifyCatalog(server(name).database)).ok).toBe(true);
    }
  });

  it("makes no second one where only the file was changed, and waits for the move", async () => {
    const yaml = await dataset("E_7");
    await ingest(server("east").database, { inputs: [yaml], workers: 1 });
    const { list } = await servers.read();
    const targets = list.map(({ name, dsn, datasets }) => ({
      ...{ name, dsn },
      datasets: name === "rest" ? ["E_7"] : datasets,
    }));
    const path = folder.text("by-hand.yaml", JSON.stringify({ targets }));
    await folder.hdf5("E_7/H2.h5", content(2));
    const watch = start(path, [yaml]);
    const refused = (): TargetWatchEvent[] =>
      watch.events.filter((event) => event.event === "batch" && event.status === "failed");
    await expect.poll(() => refused().length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(refused()[0]).toMatchObject({ target: "rest", error: { code: "CONFLICT" } });
    expect(await entitiesAt("rest", "E_7")).toEqual([]);
    await moveDataset(await readTargets(path), "E_7", { to: "rest" });
    await expect.poll(() => entitiesAt("rest", "E_7"), { timeout: 20_000 }).toEqual(["H1", "H2"]);
    expect(await entitiesAt("east", "E_7")).toEqual([]);
    await watch.stop();
  });

  it("goes on at the others while one is away", async () => {
    const { list } = await servers.read();
    const targets = list.map(({ name, dsn, datasets }) => ({
      name,
      dsn: name === "east" ? down : dsn,
      datasets,
    }));
    const path = folder.text("down.yaml", JSON.stringify({ targets }));
    const watch = start(path, [await dataset("E_2"), await dataset("W")]);
    await watch.sees("west", 1);
    const isAway = (event: TargetWatchEvent): boolean => event.event === "retry" && event.target === "east";
    await expect.poll(() => watch.events.filter(isAway).length, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(JSON.stringify(watch.events)).not.toContain("hidden");
    await watch.stop();
  });

  it("ends where no target takes an input, or the targets file says nonsense", async () => {
    const path = folder.text("none.yaml", `targets: [{name: a, dsn: "${down}", datasets: [X]}]`);
    await expect(watchTargets(path, { inputs: [await dataset("E_3")] })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("No target takes the dataset E_3."),
    });
    await expect(watchTargets(folder.text("bad.yaml", "x: 1"), { inputs: ["."] })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  it("keeps what it was while the targets file cannot be read", async () => {
    const path = servers.write();
    const watch = start(path, [await dataset("E_4")]);
    await watch.sees("east", 1);
    const whole = servers.write();
    folder.text("targets.yaml", "targets: [{");
    await folder.hdf5("E_4/H2.h5", content(2));
    const refused = (event: TargetWatchEvent): boolean =>
      event.event === "batch" && event.status === "failed";
    await expect.poll(() => watch.events.filter(refused).length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(servers.write()).toBe(whole);
    await expect.poll(() => entitiesAt("east", "E_4"), { timeout: 20_000 }).toEqual(["H1", "H2"]);
    await watch.stop();
  });
});

describe("copycat watch --once --targets", () => {
  const once = (file: string, ...inputs: string[]) =>
    callCli(["watch", ...inputs, "--once", "--settle", "0.1", "--workers", "1", "--targets", file]);

  it("takes what is ready to each server, a line for each thing, and names the target", async () => {
    const { code, stdout } = await once(servers.write(), await dataset("E_5"), await dataset("OTHER"));
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as TargetWatchEvent);
    for (const target of ["east", "rest"]) {
      const own = events.filter((event) => event.target === target);
      expect(own.map(({ event }) => event)).toEqual(["start", "batch", "stop"]);
    }
    expect([await entitiesAt("east", "E_5"), await entitiesAt("rest", "OTHER")]).toEqual([["H1"], ["H1"]]);
  });

  it("ends with 1 when one server is away, with what goes to the others in", async () => {
    const { list } = await servers.read();
    const targets = list.map((one) => ({
      ...{ name: one.name, dsn: one.name === "east" ? down : one.dsn },
      ...{ datasets: [...one.datasets], default: one.isDefault },
    }));
    const file = folder.text("once.yaml", JSON.stringify({ targets }));
    const { code, stderr } = await once(file, await dataset("E_6"), await dataset("LAST"));
    expect([code, stderr]).toEqual([1, expect.stringContaining("The target east does not answer")]);
    expect(stderr).not.toContain("hidden");
    expect(await entitiesAt("rest", "LAST")).toEqual(["H1"]);
  });
});
