// A move that is killed: whatever the moment, the same command does the rest. And one beside which others write.

import { readFileSync, writeFileSync } from "node:fs";
import type { PoolClient } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { ingestTargets, listTargets, moveDataset, readTargets } from "../../src/targets/index.ts";
import { type RunningCli, runCli, startCli } from "../support/cli.ts";
import type { TestDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { container, dataset, load, snapshot } from "../support/nodes.ts";
import { describeDataset, loadRich } from "./datasets.ts";
import { useTargets } from "./support.ts";

const folder = useFolder();
const targets = useTargets(folder, { east: ["RICH", "LARGE"], west: [] });
const running: RunningCli[] = [];
const held: PoolClient[] = [];

afterEach(async () => {
  for (const client of held.splice(0)) client.release(true);
  for (const { child, ended } of running.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});

const at = (name: string): TestDatabase => {
  const found = targets.databases[name];
  if (found === undefined) throw new Error(name);
  return found;
};

const argsOf = (key: string, to: string, path: string): string[] => [
  ...["targets", "move", key, "--to", to, "--targets", path],
];

function start(key: string, to: string, path: string): RunningCli {
  const started = startCli(argsOf(key, to, path), { cwd: folder.root });
  running.push(started);
  return started;
}

async function kill(run: RunningCli): Promise<void> {
  run.child.kill("SIGKILL");
  await run.ended;
  for (const name of ["east", "west"]) {
    await expect
      .poll(
        () =>
          at(name).value<number>(
            "select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'copycat:targets'",
          ),
        { timeout: 20_000, interval: 50 },
      )
      .toBe(0);
  }
}

/** A transaction that stays open until it is let go. */
async function hold(name: string, text: string): Promise<() => Promise<void>> {
  const client = await at(name).database.pool.connect();
  held.push(client);
  await client.query("begin");
  await client.query(text);
  return async () => {
    held.splice(held.indexOf(client), 1);
    await client.query("rollback");
    client.release();
  };
}

const has = (name: string, key: string): Promise<boolean> =>
  at(name).value<boolean>("select exists (select from nodes where parent = 0 and key = $1)", [key]);

async function isSound(): Promise<void> {
  for (const name of ["east", "west"]) {
    const verified = await verifyCatalog(at(name).database);
    expect(verified.checks.filter(({ ok }) => !ok)).toEqual([]);
  }
}

/** The same command again, to the end. */
async function complete(key: string, to: string, path: string): Promise<string> {
  const { code, stdout, stderr } = await runCli([...argsOf(key, to, path), "--json", "--quiet"], {
    cwd: folder.root,
  });
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { status: string }).status;
}

describe("a move that is killed", () => {
  it("before its copy is in changes nothing", async () => {
    await loadRich(at("east"), "RICH");
    const path = targets.write();
    const text = readFileSync(path, "utf8");
    const before = [await describeDataset(at("east"), "RICH"), await snapshot(at("west"))];
    for (const name of ["east", "west"]) {
      const release = await hold(name, "lock table nodes in row exclusive mode");
      const run = start("RICH", "west", path);
      await run.sees("Another program is writing to the catalog");
      run.child.kill("SIGKILL");
      await release();
      await kill(run);
      expect([await describeDataset(at("east"), "RICH"), await snapshot(at("west"))]).toEqual(before);
      expect(readFileSync(path, "utf8")).toBe(text);
    }
    await isSound();
  });

  it("after its copy is in, with the file switched or not, is completed by the same command", async () => {
    const path = targets.write();
    const text = readFileSync(path, "utf8");
    const before = await describeDataset(at("east"), "RICH");
    // A row that somebody refers to cannot be deleted until they have committed; readers and the copy go on.
    const release = await hold("east", "select from nodes where key = 'RICH' for key share");
    const run = start("RICH", "west", path);
    await run.sees("drop ...");
    await kill(run);
    expect([await has("east", "RICH"), await has("west", "RICH")]).toEqual([true, true]);
    expect(readFileSync(path, "utf8")).not.toBe(text);
    const listed = await listTargets(await readTargets(path));
    expect(listed[0]?.datasets).toMatchObject([{ key: "RICH", goesTo: "west", alsoAt: ["west"] }]);
    await isSound();
    // As if it had been killed a moment earlier.
    writeFileSync(path, text);
    await release();
    expect(await complete("RICH", "west", path)).toBe("moved");
    expect([await has("east", "RICH"), await has("west", "RICH")]).toEqual([false, true]);
    expect(await describeDataset(at("west"), "RICH")).toEqual(before);
    expect(readFileSync(path, "utf8")).not.toBe(text);
    // As if only the file were behind.
    writeFileSync(path, text);
    expect(await complete("RICH", "west", path)).toBe("there");
    expect(readFileSync(path, "utf8")).not.toBe(text);
    await isSound();
  });

  it("at any moment loses no row", async () => {
    const path = targets.write();
    await load(at("east").database, dataset("LARGE", 1500), { batchNodes: 2000 });
    const count = (name: string): Promise<number> =>
      at(name).value<number>(
        "select count(*)::int from nodes_closure c join nodes n on n.id = c.ancestor where n.parent = 0 and n.key = 'LARGE'",
      );
    for (const [round, seen] of ["copy", "revisions", "verify", "drop"].entries()) {
      const [from, to] = round % 2 === 0 ? ["east", "west"] : ["west", "east"];
      const run = start("LARGE", to as string, path);
      await run.sees(seen);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
      await kill(run);
      const counts = [await count(from as string), await count(to as string)];
      // Whole at one of them or at both, never a part.
      expect(counts.filter((rows) => rows !== 0 && rows !== 3001)).toEqual([]);
      expect(Math.max(...counts)).toBe(3001);
      const { status } = await moveDataset(await readTargets(path), "LARGE", { to: to as string });
      expect(["moved", "there"]).toContain(status);
      expect([await count(from as string), await count(to as string)]).toEqual([0, 3001]);
    }
    await isSound();
  }, 120_000);
});

describe("who writes meanwhile", () => {
  const waits = (name: string): Promise<number> =>
    at(name).value<number>(
      "select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );

  it("waits, loses nothing, and is told of", async () => {
    const path = folder.text("meanwhile.yaml", readFileSync(targets.write(), "utf8").replace("RICH", "BUSY"));
    await load(at("east").database, [container("/BUSY"), container("/BUSY/first")]);
    const release = await hold("west", "lock table nodes in row exclusive mode");
    const moving = moveDataset(await readTargets(path), "BUSY", { to: "west" });
    await expect.poll(() => waits("west"), { timeout: 20_000, interval: 20 }).toBe(1);
    const loading = load(at("east").database, [container("/BUSY"), container("/BUSY/late")]);
    await expect.poll(() => waits("east"), { timeout: 20_000, interval: 20 }).toBe(1);
    await release();
    const { status, warnings } = await moving;
    expect(status).toBe("moved");
    await loading;
    expect(warnings.join("\n")).toMatch(
      /Another program waits to write to east \(pid \d+.*\)\. If it is for BUSY,/,
    );
    const listed = await listTargets(await readTargets(path));
    const busy = listed.map(({ datasets }) => datasets.find(({ key }) => key === "BUSY"));
    expect(busy).toMatchObject([
      { nodes: 1, goesTo: "west", alsoAt: ["west"] },
      { nodes: 1, goesTo: "west", alsoAt: ["east"] },
    ]);
    await isSound();
  });

  it("by the targets file, finds the dataset elsewhere at its end, writes nothing, and goes there when it is run again", async () => {
    const path = folder.text("waits.yaml", readFileSync(targets.write(), "utf8").replace("RICH", "WAITS"));
    await load(at("east").database, [container("/WAITS"), container("/WAITS/wait 1")]);
    const input = folder.text("waits.ndjson", '{"path":"/WAITS/wait 2","metadata":{}}\n');
    const release = await hold("west", "lock table nodes in row exclusive mode");
    const moving = moveDataset(await readTargets(path), "WAITS", { to: "west" });
    await expect.poll(() => waits("west"), { timeout: 20_000, interval: 20 }).toBe(1);
    const ingest = async () => (await ingestTargets(await readTargets(path), { inputs: [input] }))[0];
    const loading = ingest();
    await expect.poll(() => waits("east"), { timeout: 20_000, interval: 20 }).toBe(1);
    await release();
    expect(await moving).toMatchObject({ status: "moved" });
    expect(await loading).toMatchObject({ target: "east", report: null, error: { code: "CONFLICT" } });
    const keysAt = (name: string) =>
      at(name).rows("select key from nodes where key in ('WAITS', 'wait 1', 'wait 2') order by id");
    expect(await keysAt("east")).toEqual([]);
    expect(await ingest()).toMatchObject({ target: "west", report: { nodes: { inserted: 1 } } });
    expect(await keysAt("west")).toEqual([{ key: "WAITS" }, { key: "wait 1" }, { key: "wait 2" }]);
    await isSound();
  });

  it("a second move at one of the servers is refused, and a cancelled one changes nothing", async () => {
    const path = targets.write();
    await load(at("east").database, [container("/ONE")]);
    const release = await hold("west", "lock table nodes in row exclusive mode");
    const controller = new AbortController();
    const notices: string[] = [];
    const moving = moveDataset(await readTargets(path), "ONE", {
      to: "west",
      onNotice: (notice) => void notices.push(notice),
      signal: controller.signal,
    });
    const settled = expect(moving).rejects.toMatchObject({ code: "CANCELLED" });
    await expect.poll(() => notices.length, { timeout: 20_000, interval: 20 }).toBe(1);
    await expect(moveDataset(await readTargets(path), "ONE", { to: "west" })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("Another move is going on at east"),
    });
    controller.abort();
    await settled;
    await release();
    expect([await has("east", "ONE"), await has("west", "ONE")]).toEqual([true, false]);
  });
});
