// copycat watch as a process: its lines, its exit codes, and how it ends.

import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import type { WatchEvent } from "../../src/ingest/index.ts";
import { content, describeFiles } from "../ingest/watch/support.ts";
import { callCli, type RunningCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const database = useDatabase();
const folder = useFolder();
const quick = ["--interval", "0.05", "--settle", "0.1", "--workers", "1"];
const running: RunningCli[] = [];

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});

function start(...args: string[]): RunningCli {
  const started = startCli(["watch", ...args, ...quick, "--dsn", database.dsn], { cwd: folder.root });
  running.push(started);
  return started;
}

const eventsOf = (stdout: string): WatchEvent[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as WatchEvent);

/** Holds a lock that lets readers through and makes every merge wait; what is returned lets it go. */
async function holdMerges(): Promise<() => Promise<void>> {
  const holder = await database.database.pool.connect();
  await holder.query("begin; lock table nodes in share row exclusive mode");
  return async () => {
    await holder.query("rollback");
    holder.release();
  };
}

async function mergeWaits(): Promise<void> {
  const waiting = `select count(*)::int from pg_stat_activity
    where datname = current_database() and application_name = 'copycat:watch' and wait_event_type = 'Lock'`;
  await expect.poll(() => database.value<number>(waiting), { timeout: 30_000 }).toBe(1);
}

const countOf = (key: string): Promise<number> =>
  database.value<number>("select count(*)::int from nodes where key = $1", [key]);

describe("--once", () => {
  const once = (...args: string[]) => callCli(["watch", ...args, "--once", ...quick, "--dsn", database.dsn]);

  it("prints a line for each thing that happened and ends with 0", async () => {
    await folder.hdf5("once/H1.h5", content(1));
    truncateSync(await folder.hdf5("once/H2.h5", content(2)), 100);
    const yaml = folder.text("once/d.yaml", describeFiles("ONCE"));
    const { code, stdout, stderr } = await once(yaml);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(eventsOf(stdout)).toEqual([
      { time, event: "start", inputs: [yaml], intervalMs: 50, settleMs: 100 },
      {
        time,
        event: "batch",
        input: yaml,
        run: expect.stringMatching(/^[0-9a-f-]{36}$/),
        status: "completed",
        files: 1,
        filesRead: 1,
        nodes: { read: 3, inserted: 3, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
        elapsedMs: expect.any(Number),
        waiting: 1,
        rejectsFile: null,
      },
      { time, event: "stop", batches: 1, files: 1 },
    ]);
  });

  it("takes a label and a policy, and reads nothing twice", async () => {
    const yaml = folder.path("once/d.yaml");
    const again = await once(yaml);
    expect(eventsOf(again.stdout)[1]).toMatchObject({ files: 1, filesRead: 0, nodes: { unchanged: 3 } });
    await once(yaml, "--source", "other", "--on-conflict", "update");
    expect(await database.value("select metadata->>'source' from nodes where key = 'H1'")).toBe("other");
  });

  it("ends with 3 after rejects, which are in the named file", async () => {
    await folder.hdf5("bad/H1.h5", { children: { T: { data: 1 } } });
    const rejects = folder.path("rejects.ndjson");
    const yaml = folder.text("bad/d.yaml", describeFiles("BAD"));
    const { code, stdout } = await once(yaml, "--rejects", rejects);
    expect(code).toBe(3);
    expect(eventsOf(stdout)[1]).toMatchObject({ status: "completed_with_rejects", rejectsFile: rejects });
    expect(readFileSync(rejects, "utf8")).toContain('"code":"missing_dataset"');
  });

  it("ends with 1 when it cannot begin, and says why", async () => {
    const { code, stdout, stderr } = await once(folder.path("absent.yaml"));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(`copycat: Cannot read ${folder.path("absent.yaml")}: it does not exist.\n`);
    const noDatabase = await callCli([
      "watch",
      folder.path("bad/d.yaml"),
      "--dsn",
      "postgres://127.0.0.1:1/x",
      "--once",
    ]);
    expect(noDatabase.code).toBe(1);
    expect(eventsOf(noDatabase.stdout).at(-1)).toMatchObject({
      event: "stop",
      error: { code: "CONNECTION" },
    });
  });

  it("ends with 2 rather than write rejects over something else", async () => {
    const { code, stderr } = await once(folder.path("bad/d.yaml"), "--rejects", folder.path("bad/H1.h5"));
    expect(code).toBe(2);
    expect(stderr).toContain("exists and is no rejects file");
  });

  it.each([
    [["--interval", "soon"], "expected a number of seconds"],
    [["--settle", "-1"], "expected a number of seconds"],
    [["--on-conflict", "error"], "Allowed choices are skip, update"],
    [["--limit", "3"], "unknown option '--limit'"],
  ])("ends with 2 for %j", async (args, message) => {
    const { code, stderr } = await callCli(["watch", folder.path("bad/d.yaml"), ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("a signal", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "%s lets the running batch go in, then ends with 0",
    async (name) => {
      await folder.hdf5(`${name}/H1.h5`, content(1));
      const letGo = await holdMerges();
      const watch = start(folder.text(`${name}/d.yaml`, describeFiles(name)));
      await mergeWaits();
      watch.child.kill(name);
      await watch.sees("Stopping after this batch");
      // npx passes on what its child has got already.
      watch.child.kill(name);
      await letGo();
      const { code, stdout } = await watch.ended;
      expect(code).toBe(0);
      expect(eventsOf(stdout).map(({ event }) => event)).toEqual(["start", "batch", "stop"]);
      expect(await countOf(name)).toBe(1);
    },
  );

  it("that comes again ends it at once with 1, and nothing is in", async () => {
    await folder.hdf5("again/H1.h5", content(1));
    const letGo = await holdMerges();
    const watch = start(folder.text("again/d.yaml", describeFiles("AGAIN")));
    await mergeWaits();
    watch.child.kill("SIGTERM");
    await watch.sees("Stopping after this batch");
    await new Promise((resolve) => setTimeout(resolve, 700));
    watch.child.kill("SIGTERM");
    const { code, stdout, stderr } = await watch.ended;
    await letGo();
    expect(code).toBe(1);
    expect(stderr).toContain("Stopping; what is not committed is rolled back.");
    expect(eventsOf(stdout).at(-1)).toMatchObject({
      event: "stop",
      batches: 0,
      error: { code: "CANCELLED" },
    });
    expect(await countOf("AGAIN")).toBe(0);
  });
});

describe("without an end", () => {
  it("takes what comes, also into folders that are new", async () => {
    const watch = start(folder.folder("grows"));
    const lines = (event: string): number => watch.stdout().split(`"event":"${event}"`).length - 1;
    await expect.poll(() => lines("start"), { timeout: 30_000 }).toBe(1);
    for (const name of ["a", "b/c"]) {
      const before = lines("batch");
      const bytes = readFileSync(await folder.hdf5("elsewhere.h5", content(1)));
      mkdirSync(folder.path("grows/b"), { recursive: true });
      writeFileSync(folder.path(`grows/${name}.h5`), bytes);
      await expect.poll(() => lines("batch"), { timeout: 30_000 }).toBe(before + 1);
    }
    watch.child.kill("SIGTERM");
    expect((await watch.ended).code).toBe(0);
    expect(await countOf("c.h5")).toBe(1);
    expect((await verifyCatalog(database.database)).ok).toBe(true);
  });
});
