// What fails during a watch, what ends it, and a single round.

import { rmSync, truncateSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { watchDataset } from "../../../src/ingest/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { nodesBelow } from "../support.ts";
import { aFewLooks, content, quick, useWatches, describeFiles as yaml } from "./support.ts";

const database = useDatabase();
const folder = useFolder();
const start = useWatches(database);

const entities = async (dataset: string): Promise<string[]> =>
  [...(await nodesBelow(database, `/${dataset}`)).keys()].map((path) => path.slice(dataset.length + 2));

describe("a failure", () => {
  it("is told, and the batch is tried again until its cause is gone", async () => {
    await folder.hdf5("fails/H1.h5", content(1));
    const input = folder.text("fails/d.yaml", yaml("FAILS"));
    await watchDataset(database.dsn, { ...quick, inputs: [input], once: true });
    const watch = start([input], { ingest: { workers: 1, policy: "error" } });
    const failed = await watch.sees("batch", 3);
    expect(failed).toMatchObject(
      [1, 2, 3].map((attempt) => ({
        status: "failed",
        run: null,
        files: 1,
        attempt,
        error: { code: "CONFLICT", message: expect.stringContaining("are in the catalog already") },
      })),
    );
    await folder.hdf5("fails/H2.h5", content(2));
    await expect.poll(() => watch.of("batch").at(-1)?.files, { timeout: 20_000 }).toBe(2);
    await database.rows("delete from nodes where key = 'FAILS'");
    await database.rows("delete from copycat.file where dataset = 'FAILS'").catch(() => []);
    await expect.poll(() => watch.of("batch").at(-1)?.status, { timeout: 20_000 }).toBe("completed");
    expect(await entities("FAILS")).toEqual(["", "H1", "H1/a", "H2", "H2/a"]);
    expect(await watch.stop()).toMatchObject({ batches: 1, files: 2 });
  });

  it("to list a folder passes, too, and other inputs go on meanwhile", async () => {
    await folder.hdf5("listing/sub/a.h5", content(1));
    const watch = start([folder.path("listing"), folder.folder("other")]);
    await watch.sees("batch", 1);
    rmSync(folder.path("listing"), { recursive: true });
    expect((await watch.sees("retry", 2))[1]).toMatchObject({
      input: folder.path("listing"),
      attempt: 2,
      error: { code: "UNREADABLE_SOURCE" },
    });
    await folder.hdf5("other/c.h5", content(2));
    expect((await watch.sees("batch", 2))[1]).toMatchObject({ input: folder.path("other") });
    await folder.hdf5("listing/sub/b.h5", content(2));
    await watch.sees("batch", 3);
    expect(await entities("listing")).toContain("sub/b.h5/T");
  });

  it.each<[string, string, string | undefined, string]>([
    ["no input", "", undefined, "UNREADABLE_SOURCE"],
    ["a wrong YAML", "wrong.yaml", undefined, "INVALID_INPUT"],
    ["no such database", "fails/d.yaml", "absent", "CONNECTION"],
  ])("at the start ends the watch: %s", async (_what, name, other, code) => {
    folder.text("wrong.yaml", "label: [");
    const dsn = other === undefined ? database.dsn : database.dsn.replace(/[^/]*$/, other);
    const watch = start([name === "" ? folder.path("absent") : folder.path(name)], {}, dsn);
    await expect(watch.ended).rejects.toMatchObject({ code });
  });
});

describe("a role without the rights", () => {
  it("is told what it lacks, each notice once, and its files go in when it was given them", async () => {
    const role = `watcher_${process.pid}`;
    await database.rows(`create role ${role} login password 'x'`);
    try {
      await database.rows(`grant all on all tables in schema ${database.database.catalogSchema} to ${role}`);
      await folder.hdf5("poor/H1.h5", content(1));
      const dsn = new URL(database.dsn);
      dsn.username = role;
      dsn.password = "x";
      const watch = start([folder.text("poor/d.yaml", yaml("POOR"))], {}, dsn.toString());
      const failed = await watch.sees("batch", 2);
      expect(failed[1]).toMatchObject({ status: "failed", attempt: 2, error: { code: "PERMISSION" } });
      await database.rows(`grant ${await database.value("select quote_ident(current_user)")} to ${role}`);
      await expect.poll(() => watch.of("batch").at(-1)?.status, { timeout: 20_000 }).toBe("completed");
      await watch.stop();
      expect(watch.notices.filter((notice) => notice.includes("is not recorded"))).toHaveLength(1);
      expect(await entities("POOR")).toEqual(["", "H1", "H1/a"]);
    } finally {
      await database.rows(`drop owned by ${role}`);
      await database.rows(`drop role ${role}`);
    }
  });
});

describe("once", () => {
  it("takes what is ready after one settling, and leaves the rest", async () => {
    const input = folder.text("once/d.yaml", yaml("ONCE"));
    const options = { ...quick, inputs: [input], once: true };
    expect(await watchDataset(database.dsn, options)).toEqual({
      batches: 0,
      files: 0,
      rejected: 0,
      waiting: 0,
    });
    await folder.hdf5("once/H1.h5", content(1));
    truncateSync(await folder.hdf5("once/H2.h5", content(2)), 500);
    expect(await watchDataset(database.dsn, options)).toEqual({
      batches: 1,
      files: 1,
      rejected: 0,
      waiting: 1,
    });
    expect(await entities("ONCE")).toEqual(["", "H1", "H1/a"]);
  });

  it("never ends a moment too early, whatever the clock of timers says", async () => {
    const input = folder.text("early/d.yaml", yaml("EARLY"));
    const files: number[] = [];
    for (let round = 1; round <= 12; round++) {
      await folder.hdf5(`early/H${round}.h5`, content(round));
      // Timers know whole milliseconds.
      const summary = await watchDataset(database.dsn, {
        ...quick,
        inputs: [input],
        settleMs: 3.99,
        once: true,
      });
      files.push(summary.files);
    }
    // Each looks at all that are there.
    expect(files).toEqual(files.map((_, index) => index + 1));
  });

  it("throws what fails", async () => {
    const policy = "error" as const;
    const options = { ...quick, inputs: [folder.path("once/d.yaml")], once: true, ingest: { policy } };
    await expect(watchDataset(database.dsn, options)).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("the end", () => {
  it("comes at once while nothing runs", async () => {
    const watch = start([folder.path("once/d.yaml")], { intervalMs: 600_000 });
    await watch.sees("start", 1);
    await aFewLooks();
    const start0 = performance.now();
    await watch.stop();
    expect(performance.now() - start0).toBeLessThan(2000);
    expect(watch.of("stop")).toMatchObject([{ batches: expect.any(Number) }]);
  });

  it("comes after the batch that runs, or with it rolled back", async () => {
    await folder.hdf5("ends/H1.h5", content(1));
    const input = folder.text("ends/d.yaml", yaml("ENDS"));
    // Whoever holds the lock makes the merge wait.
    const holder = await database.database.pool.connect();
    const hold = () => holder.query("begin; lock table nodes in share row exclusive mode");
    const isWaiting = () =>
      expect
        .poll(
          () =>
            database.value<number>(
              // Extension: the coordinator of Citus waits for a worker, which has the lock.
              `select count(*)::int from pg_stat_activity where datname = current_database() and state = 'active'
                and query like 'lock table%' and wait_event_type in ('Lock', 'Extension')`,
            ),
          { timeout: 10_000 },
        )
        .toBeGreaterThan(0);
    try {
      await hold();
      const aborted = start([input]);
      await isWaiting();
      aborted.abort();
      await expect(aborted.ended).rejects.toMatchObject({ code: "CANCELLED" });
      expect(aborted.of("stop")).toMatchObject([{ batches: 0, error: { code: "CANCELLED" } }]);
      await holder.query("rollback");
      expect(await entities("ENDS")).toEqual([]);
      await hold();
      const stopped = start([input]);
      await isWaiting();
      const summary = stopped.stop();
      await holder.query("rollback");
      expect(await summary).toMatchObject({ batches: 1, files: 1 });
    } finally {
      holder.release();
    }
    expect(await entities("ENDS")).toEqual(["", "H1", "H1/a"]);
  });
});
