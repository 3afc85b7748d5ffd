// copycat index: add, list, drop, advise.

import { beforeAll, describe, expect, it } from "vitest";
import { callCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { container, load } from "../support/nodes.ts";

const db = useDatabase();

const call = (...args: string[]) => callCli(["index", ...args, "--dsn", db.dsn]);

async function callJson(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await call(...args, "--json");
  return JSON.parse(stdout) as Record<string, unknown>;
}

beforeAll(async () => {
  await load(db.database, [
    container("/VDP"),
    container("/VDP/a", { Ja: 0.5, name: "alpha", flag: true, "odd.key": 1 }),
    container("/VDP/b", { Ja: 1.5, name: "beta", "odd.key": 2 }),
  ]);
});

describe("index add", () => {
  it("promotes a key, and says on stderr what else was done and why", async () => {
    const { code, stdout, stderr } = await call("add", "Ja", "--dataset", "VDP");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Promoted Ja in \/VDP: comparison, sort \(2 indexes, \d+\.0 kB, [\d.]+ m?s\)\.\n$/,
    );
    expect(stderr).toContain("Set plan_cache_mode = force_custom_plan for the database");
    expect((await call("add", "Ja", "--dataset", "VDP")).stdout).toBe(
      "Ja in /VDP is promoted already (comparison, sort).\n",
    );
  });

  it("prints JSON, and nothing else on stdout", async () => {
    expect(await callJson("add", "name")).toMatchObject({
      path: ["name"],
      dataset: null,
      kinds: ["comparison", "sort", "like"],
      isValid: true,
      indexes: [expect.any(String), expect.any(String), expect.any(String)],
    });
  });

  it("takes keys with dots as lists, specs and the family", async () => {
    expect(await callJson("add", "--path", '["odd.key"]')).toMatchObject({ path: ["odd.key"] });
    expect(await callJson("add", "--specs")).toMatchObject({ path: [], kinds: ["specs"] });
    expect(await callJson("add", "--family")).toMatchObject({ path: [], kinds: ["family"] });
  });

  it.each([
    [["add"]],
    [["add", "Ja", "--specs"]],
    [["add", "Ja", "--path", '["Ja"]']],
    [["add", "--path", "Ja"]],
    [["add", "a..b"]],
    [["drop"]],
  ])("%j is wrong usage", async (args) => {
    const { code, stdout, stderr } = await call(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^copycat: \S.*\n$/);
  });

  it("of a key that is not there ends with 1 and a suggestion", async () => {
    const { code, stderr } = await call("add", "nome");
    expect(code).toBe(1);
    expect(stderr).toBe("copycat: No node has the metadata key nome (did you mean name?).\n");
  });
});

describe("index list", () => {
  it("tells what is promoted, for whom, its size and its use", async () => {
    const { code, stdout } = await call("list");
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(0, -1)).toEqual([
      expect.stringMatching(/^Ja {2}\/VDP {2}comparison, sort {2}\S+ kB, used \d+ times$/),
      expect.stringMatching(/^name {2}all datasets {2}comparison, sort, like {2}/),
      expect.stringMatching(/^\["odd\.key"\] {2}all datasets {2}/),
      expect.stringMatching(/^specs {2}all datasets {2}specs {2}/),
      expect.stringMatching(/^the structure family {2}all datasets {2}family {2}/),
    ]);
    const { keys } = await callJson("list");
    expect(keys).toHaveLength(5);
    expect((keys as object[])[0]).toMatchObject({
      path: ["Ja"],
      dataset: "/VDP",
      isValid: true,
      scans: expect.any(Number),
    });
  });

  it("marks what is broken", async () => {
    const [{ indexes } = { indexes: [] }] = (await callJson("list")).keys as { indexes: string[] }[];
    await db.rows(`drop index "${indexes[0]}"`);
    expect((await call("list")).stdout).toMatch(/^Ja .*BROKEN, add it again\n/);
  });
});

describe("index add that is killed", () => {
  it("leaves an unfinished index, which the next one replaces", async () => {
    const other = await db.database.pool.connect();
    await other.query("begin");
    await other.query("update nodes set time_updated = now() where key = 'a'");
    const running = startCli(["index", "add", "flag", "--dsn", db.dsn], { cwd: process.cwd() });
    await running.sees("Waiting for another session to end its transaction");
    running.child.kill("SIGKILL");
    await running.ended;
    const again = call("add", "flag");
    // The server ends the orphan; then the leftover is dropped, which waits for the same transaction.
    const isDropping = () =>
      db.value(`select count(*)::int from pg_stat_activity
        where query like 'drop index concurrently%' and wait_event_type = 'Lock' and datname = current_database()`);
    await expect.poll(isDropping, { timeout: 30_000, interval: 100 }).toBe(1);
    await other.query("commit");
    other.release();
    const { code, stdout, stderr } = await again;
    expect(code).toBe(0);
    expect(stderr).toContain("was left half built by a run that was cut off; building it again.");
    expect(stdout).toMatch(/^Promoted flag in all datasets/);
    const invalid = "select count(*)::int from pg_index where not indisvalid";
    expect(await db.value(invalid)).toBe(0);
    expect((await call("drop", "flag")).code).toBe(0);
  });
});

describe("index drop", () => {
  it("drops, and the second time says that there is none", async () => {
    expect((await call("drop", "name")).stdout).toBe("Dropped the indexes of name.\n");
    const { code, stderr } = await call("drop", "name");
    expect(code).toBe(1);
    expect(stderr).toContain("name is not promoted for all datasets. `copycat index list` shows what is.");
    expect(await callJson("drop", "Ja", "--dataset", "/VDP")).toEqual({ dropped: true });
    for (const what of [["--specs"], ["--family"], ["--path", '["odd.key"]']]) {
      expect((await call("drop", ...what)).code).toBe(0);
    }
    expect(await call("list")).toEqual({
      code: 0,
      stdout: "",
      stderr: "None. `copycat index advise` proposes some.\n",
    });
  });
});

describe("index advise", () => {
  it("prints commands with the reasons as comments", async () => {
    const { code, stdout } = await call("advise");
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => !line.startsWith("#"))).toEqual([
      "copycat index add Ja --dataset VDP",
      `copycat index add --path '["odd.key"]' --dataset VDP`,
      "copycat index add name --dataset VDP",
      "",
    ]);
    expect(stdout).toContain(
      "# Ja in /VDP: numbers from 0.5 to 1.5, in 100 % of the children, 2 different values",
    );
  });

  it("prints JSON", async () => {
    const { advice } = (await callJson("advise", "--dataset", "VDP")) as { advice: object[] };
    expect(advice[0]).toMatchObject({
      action: "add",
      path: ["Ja"],
      dataset: "/VDP",
      children: 2,
      sampled: 2,
    });
  });
});
