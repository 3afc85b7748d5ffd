// copycat simulation load as a user calls it: summary, JSON, exit codes; and killed again and again.

import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openSimulationResults, openSimulationStore } from "../../src/simulation/index.ts";
import { updatesOf } from "../simulation/formats/support.ts";
import { callCli, runCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase({ empty: true });
const folder = useFolder();

const text = (values: unknown[]): string =>
  JSON.stringify({ roads: { segments: { id: values.map((_, index) => index + 1), speed: values } } });

function makeFolder(name: string, updates: number, values: (time: number) => unknown[] = (t) => [t]): string {
  folder.text(`${name}/init_data/roads.json`, '{"data":{"segments":{"id":[1],"speed":[0.5]}}}');
  for (let time = 0; time < updates; time++) {
    folder.text(`${name}/updates/t${time * 60}_0_roads.json`, text(values(time)));
  }
  return folder.path(name);
}

const load = (...args: string[]): ReturnType<typeof callCli> =>
  callCli(["simulation", "load", ...args, "--dsn", db.dsn]);

describe("what a person reads", () => {
  it("what went in, and what to type next", async () => {
    const path = makeFolder("flood 1953", 3);
    const { code, stdout, stderr } = await load(path);
    expect({ code, stderr: stderr.includes("4 of about 4") }).toEqual({ code: 0, stderr: true });
    expect(stdout).toMatch(/^3 updates and 1 initial dataset in the scenario "flood 1953" \(.*a second\)$/m);
    expect(stdout).toMatch(/ 8 arrays; \d+ bytes sent for those of updates$/m);
    const list = await callCli(["simulation", "list", "--scenario", "flood 1953", "--json", "--dsn", db.dsn]);
    expect(JSON.parse(list.stdout)).toMatchObject({ scenarios: [{ datasets: [{ updates: 3, arrays: 8 }] }] });
    expect(stdout).toMatch(/npx copycat simulation show .*'flood 1953'/);
    const again = await load(path, "--quiet");
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toMatch(
      /^nothing to change, 4 of 4 .* in the scenario "flood 1953" already \(.*\)\n$/,
    );
  });

  it("what was rejected, where it stands, and what to do", async () => {
    const path = makeFolder("bad", 2);
    folder.text("bad/updates/t60_1_roads.json", "{");
    const rejects = folder.path("bad.ndjson");
    const { code, stdout } = await load(path, "--rejects", rejects);
    expect(code).toBe(3);
    expect(stdout).toContain(`1 reject in ${rejects}`);
    expect(stdout).toContain("Mend the files named there and run the same command again");
    expect(JSON.parse(readFileSync(rejects, "utf8"))).toMatchObject({ code: "invalid_json" });
  });

  it("a dry run changes nothing", async () => {
    const { code, stdout } = await load(makeFolder("dry", 2), "--dry-run", "--schema", "never");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^dry run, nothing was changed; 3 of 3 updates and initial datasets would go in/);
    expect(await db.value("select count(*)::int from pg_namespace where nspname = 'never'")).toBe(0);
  });

  it("help teaches", async () => {
    const { stdout } = await runCli(["simulation", "load", "--help"], { cwd: folder.root });
    expect(stdout).toContain("updates/t{timestamp}_{iteration}_{dataset}.json");
    expect(stdout).toContain("Exit codes: 0 all in; 1 failed");
  });
});

describe("what a program reads", () => {
  it("the report as one document", async () => {
    const path = makeFolder("json", 2);
    const { code, stdout } = await load(path, "--json", "--scenario", "of a program", "--commit-every", "0");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      scenario: "of a program",
      status: "completed",
      read: 3,
      inserted: 3,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      duplicates: 0,
      rejected: 0,
      updates: 2,
      initialDatasets: 1,
      arrays: 6,
      bytes: expect.any(Number),
      elapsedMs: expect.any(Number),
      rowsPerSecond: expect.any(Number),
      rejectsFile: null,
    });
  });

  it.each<[string, () => string[], number, string]>([
    ["no such path", () => [folder.path("missing")], 1, "UNREADABLE_SOURCE"],
    ["an unknown policy", () => [folder.root, "--on-conflict", "replace"], 2, "USAGE"],
    ["records of no scenario", () => [folder.text("r.ndjson", "{}")], 2, "USAGE"],
    [
      "a conflict",
      () => [folder.path("json"), "--scenario", "of a program", "--on-conflict", "error"],
      1,
      "CONFLICT",
    ],
    [
      "too many rejects",
      () => [folder.path("bad"), "--scenario", "none may be", "--max-rejects", "0"],
      1,
      "TOO_MANY_REJECTS",
    ],
  ])("%s: exit code and reason", async (_name, args, exitCode, reason) => {
    const rejects = folder.path("failures.ndjson");
    const { code, stdout } = await load(...args(), "--json", "--rejects", rejects);
    expect(code).toBe(exitCode);
    const failure: unknown = JSON.parse(stdout);
    expect(failure).toMatchObject({ status: "failed", error: { code: reason } });
    if (reason === "TOO_MANY_REJECTS") {
      const advice = /rejected \(--max-rejects\), the last one for: .* stays \(--commit-every\)\. They/;
      expect(failure).toMatchObject({ error: { message: expect.stringMatching(advice) } });
    }
    // What the parser of arguments refuses never came to be a load.
    if (exitCode === 1) expect(failure).toMatchObject({ scenario: null, read: 0, updates: 0 });
  });
});

describe("kill -9 at many moments of a load", () => {
  it("leaves nothing half stored; what was committed stays, and a resume makes it whole", async () => {
    const updates = 3000;
    const path = makeFolder("killed", updates, (time) =>
      Array.from({ length: 50 }, (_, index) => time + index / 7),
    );
    const store = await openSimulationStore(db.database, { scenario: "killed" });
    const args = ["simulation", "load", path, "--dsn", db.dsn, "--commit-every", "40", "--json", "--quiet"];
    const stored = (): Promise<number> => store.getUpdateCount("roads");
    let most = 0;
    for (let kill = 0; kill < 12; kill++) {
      const run = startCli(args, { cwd: folder.root });
      let isOver = false;
      void run.ended.then(() => {
        isOver = true;
      });
      // Somewhere in the work that follows a commit.
      while (!isOver && (await stored()) === most) await setTimeout(2);
      await setTimeout(Math.random() * 40);
      run.child.kill("SIGKILL");
      const { signal, code, stderr } = await run.ended;
      if (signal === null) expect({ code, stderr }).toMatchObject({ code: 0 });
      const count = await stored();
      expect(count).toBeGreaterThanOrEqual(most);
      // The first kill comes long before the end.
      if (kill === 0)
        expect({ signal, isPartial: count < updates }).toEqual({ signal: "SIGKILL", isPartial: true });
      most = count;
      // Every update that is there is there with all its arrays.
      let whole = 0;
      for await (const { data } of store.readUpdates({ dataset: "roads" })) {
        const { length } = data.get("segments")?.get("speed")?.data ?? [];
        if (length === 50 && data.get("segments")?.get("id")?.data.length === 50) whole += 1;
      }
      expect(whole).toBeGreaterThanOrEqual(count);
    }
    await expect
      .poll(async () => (await runCli(args, { cwd: folder.root })).code, { timeout: 60_000 })
      .toBe(0);
    const files = await openSimulationResults(path);
    expect(await updatesOf(store, "roads")).toEqual(await updatesOf(files, "roads"));
    expect(JSON.parse((await runCli(args, { cwd: folder.root })).stdout)).toMatchObject({
      read: updates + 1,
      skipped: updates + 1,
      inserted: 0,
    });
    expect(
      await db.value(
        `select count(*)::int from simulation.update_array a
           where not exists (select from simulation.update u where u.id = a.update_id)`,
      ),
    ).toBe(0);
  }, 240_000);
});
