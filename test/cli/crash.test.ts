// A run that ends in the middle, and two runs at once: the catalog is as it was, and the next run does the rest.

import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { writeExample } from "../../src/ingest/index.ts";
import { type RunningCli, runCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const database = useDatabase();
const folder = useFolder();
const running: RunningCli[] = [];

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});

function start(input: string): RunningCli {
  const started = startCli(["ingest", input, "--dsn", database.dsn], { cwd: folder.root });
  running.push(started);
  return started;
}

const countNodes = (): Promise<number> => database.value<number>("select count(*)::int from nodes");

/** The state of the closure trigger: "O" is enabled. */
const trigger = (): Promise<string> =>
  database.value<string>(
    "select tgenabled from pg_trigger where tgname = 'update_closure_table_when_inserting'",
  );

/** The server notices a client that is gone a moment later; until then its transaction is open. */
async function noSessionLeft(): Promise<void> {
  await expect
    .poll(
      () =>
        database.value<number>(
          "select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'copycat:ingest'",
        ),
      { timeout: 20_000, interval: 50 },
    )
    .toBe(0);
}

const records = (name: string, count: number): string =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify(
      index === 0 ? { path: `/${name}` } : { path: `/${name}/n${index}`, metadata: { T: index } },
    ),
  ).join("\n");

/** Waits until the run has staged something, as its open transaction shows. */
async function isLoading(): Promise<void> {
  await expect
    .poll(
      () =>
        database.value<number>(
          "select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'copycat:ingest' and query like 'copy%'",
        ),
      { timeout: 20_000, interval: 20 },
    )
    .toBe(1);
}

describe("a run that waits for its standard input", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("rolls back and ends with 1 on %s", async (name) => {
    const before = await countNodes();
    const run = start("-");
    run.child.stdin.write(`${records("STOPPED", 3000)}\n`);
    await isLoading();
    run.child.kill(name);
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Stopping; what is not committed is rolled back.\n");
    expect(stderr).toContain("copycat: Cancelled; nothing was changed.\n");
    await noSessionLeft();
    expect([await countNodes(), await trigger()]).toEqual([before, "O"]);
  });

  it("leaves the catalog as it was when it is killed", async () => {
    const before = await countNodes();
    const run = start("-");
    run.child.stdin.write(`${records("KILLED", 3000)}\n`);
    await isLoading();
    run.child.kill("SIGKILL");
    expect((await run.ended).signal).toBe("SIGKILL");
    await noSessionLeft();
    expect([await countNodes(), await trigger()]).toEqual([before, "O"]);
  });
});

describe("a larger load that is killed", () => {
  const count = 20_000;
  let input: string;

  beforeAll(() => {
    input = folder.text("large.ndjson", `${records("LARGE", count)}\n`);
  });

  it("rolls back on SIGINT while it merges, too", async () => {
    const before = await countNodes();
    const run = start(input);
    await run.sees("merge");
    run.child.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr).toContain("copycat: Cancelled; nothing was changed.\n");
    expect([await countNodes(), await trigger()]).toEqual([before, "O"]);
  });

  it("changes nothing, leaves the trigger on, and the next run puts everything in", async () => {
    const before = await countNodes();
    for (const phase of ["read", "merge", "closure"]) {
      const run = start(input);
      await run.sees(phase);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
      run.child.kill("SIGKILL");
      const { code } = await run.ended;
      await noSessionLeft();
      const isDone = code === 0 || (await countNodes()) > before;
      // The commit may have been sent before the signal came: then all is in, and never a part.
      expect(await countNodes()).toBe(isDone ? before + count : before);
      expect(await trigger()).toBe("O");
      if (isDone)
        await database.rows("delete from nodes where id in (select id from nodes where key = 'LARGE')");
    }
    const { code, stdout } = await runCli(["ingest", input, "--dsn", database.dsn, "--json"], {
      cwd: folder.root,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: { inserted: count, rejected: 0 } });
    const verified = await verifyCatalog(database.database);
    expect(verified.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(verified.nodes).toBe(before + count);
  });
});

describe("two runs of one dataset at once", () => {
  it("both end well, and every node is in once", async () => {
    const { yaml } = await writeExample(folder.path("example"), {
      entities: 10,
      layout: "per_entity",
      small: true,
    });
    const before = await countNodes();
    const args = ["ingest", yaml, "--dsn", database.dsn, "--json", "--quiet"];
    const results = await Promise.all([1, 2].map(() => runCli(args, { cwd: folder.root })));
    // On a slow machine one of them says that it waits for the other.
    const without = (stderr: string): string => stderr.replaceAll(/^.*; waiting for it to finish\.\n/gm, "");
    expect(results.map(({ code, stderr }) => ({ code, stderr: without(stderr) }))).toEqual([
      { code: 0, stderr: "" },
      { code: 0, stderr: "" },
    ]);
    const reports = results.map(
      ({ stdout }) =>
        JSON.parse(stdout) as { nodes: { inserted: number; skipped: number; unchanged: number } },
    );
    expect(reports.reduce((sum, { nodes }) => sum + nodes.inserted, 0)).toBe(121);
    // Unchanged: the other one was through before this one looked at the files.
    const found = reports.map(({ nodes }) => nodes.inserted + nodes.skipped + nodes.unchanged);
    expect(found).toEqual([121, 121]);
    expect(await countNodes()).toBe(before + 121);
    expect((await verifyCatalog(database.database)).ok).toBe(true);
  });
});
