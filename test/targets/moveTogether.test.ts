// Moves beside each other, and beside what others have left.

import { utimesSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { moveDataset, readTargets } from "../../src/targets/index.ts";
import { takeMoveLocks } from "../../src/targets/moveLocks.ts";
import { switchTarget } from "../../src/targets/switchTarget.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();
const keys = ["A", "B", "C", "D", "E", "F"];

const write = (name: string): string =>
  folder.text(
    name,
    `targets:
  - { name: east, dsn: "postgres://a/c", datasets: [${keys.join(", ")}] } # the old one
  - { name: west, dsn: "postgres://b/c", datasets: [] }
`,
  );

const routesOf = async (path: string): Promise<(readonly string[])[]> =>
  (await readTargets(path)).list.map(({ datasets }) => datasets);

describe("the targets file", () => {
  it("keeps what several moves write at once", async () => {
    const path = write("several.yaml");
    const switched = await Promise.all(keys.map((key) => switchTarget(path, key, "west")));
    expect(switched).toEqual(keys.map(() => true));
    const [east = [], west = []] = await routesOf(path);
    expect([[...east], west.toSorted()]).toEqual([[], keys]);
  });

  it("waits for a move that is writing, and not for one that was killed", async () => {
    const path = write("left.yaml");
    const aside = folder.path(".left.yaml.new");
    writeFileSync(aside, "targets: [{na");
    const switching = switchTarget(path, "A", "west");
    let isDone = false;
    void switching.then(() => {
      isDone = true;
    });
    await setTimeout(300);
    expect([isDone, (await routesOf(path))[1]]).toEqual([false, []]);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(aside, longAgo, longAgo);
    expect(await switching).toBe(true);
    expect((await routesOf(path))[1]).toEqual(["A"]);
  });
});

it("a dataset whose key is a pattern is not moved: others would be sent after it", async () => {
  const targets = await readTargets(write("odd.yaml"));
  await expect(moveDataset(targets, "A*", { to: "west" })).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining("make it a pattern"),
  });
});

describe("the locks of a move", () => {
  const [east, west] = [useDatabase(), useDatabase()];

  /** From another database of its server. */
  const allow = async (isAllowed: boolean): Promise<void> => {
    const url = new URL(west.dsn);
    const name = url.pathname.slice(1);
    url.pathname = "/postgres";
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    await client.query(`alter database ${name} allow_connections ${isAllowed}`);
    await client.end();
  };

  afterAll(() => allow(true));

  it("are let go when the second one cannot be had, and the target is named", async () => {
    const target = { dsn: "postgres://a/c", datasets: [], isDefault: false };
    const databases = [await openDatabase({ dsn: east.dsn }), await openDatabase({ dsn: west.dsn })] as const;
    await allow(false);
    const source = { target: { ...target, name: "east" }, database: databases[0], error: null };
    const destination = { target: { ...target, name: "west" }, database: databases[1], error: null };
    await expect(takeMoveLocks({ source, destination })).rejects.toMatchObject({
      message: expect.stringContaining("target west"),
    });
    const held = `select count(*)::int from pg_locks where locktype = 'advisory' and classid = 7266840
      and database = (select oid from pg_database where datname = current_database())`;
    expect(await east.value(held)).toBe(0);
    for (const database of databases) await database.close();
  });
});
