// A watch over a folder that changes, into a real database.

import { existsSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { File as HdfFile, ready as hdf5Ready } from "h5wasm/node";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { watchDataset } from "../../../src/ingest/index.ts";
import { useDatabase } from "../../support/database.ts";
import { readNdjson, useFolder } from "../../support/files.ts";
import { nodeAt, nodesBelow } from "../support.ts";
import { aFewLooks, quick, type RunningWatch, startWatch } from "./support.ts";

const database = useDatabase();
const folder = useFolder();
const running: RunningWatch[] = [];

beforeAll(async () => {
  await hdf5Ready;
});

afterEach(async () => {
  for (const watch of running.splice(0)) {
    watch.abort();
    await watch.ended.catch(() => undefined);
  }
});

function start(...parameters: Parameters<typeof startWatch> extends [unknown, ...infer Rest] ? Rest : never) {
  const watch = startWatch(database.dsn, ...parameters);
  running.push(watch);
  return watch;
}

const content = (T: number, length = 3) => ({
  children: { T: { data: T }, a: { data: new Float64Array(length) } },
});

const yaml = (name: string, more = ""): string => `label: ${name}
data: { directory: ., layout: per_entity, file_pattern: "*.h5" }
parameters: { location: root_scalars }
artifacts: [{ type: a, dataset: /a }]
${more}`;

const entities = async (dataset: string): Promise<string[]> =>
  [...(await nodesBelow(database, `/${dataset}`)).keys()].map((path) => path.slice(dataset.length + 2));

describe("a dataset that grows", () => {
  it("gets what was there, what comes, and what changes", async () => {
    await folder.hdf5("grows/H1.h5", content(1));
    const watch = start([folder.text("grows/d.yaml", yaml("GROWS"))]);
    const [first] = await watch.sees("batch", 1);
    expect(first).toMatchObject({
      status: "completed",
      files: 1,
      nodes: { read: 3, inserted: 3, rejected: 0 },
      waiting: 0,
      rejectsFile: null,
    });
    await folder.hdf5("grows/H2.h5", content(2));
    await watch.sees("batch", 2);
    expect(await entities("GROWS")).toEqual(["", "H1", "H1/a", "H2", "H2/a"]);
    await folder.hdf5("grows/H1.h5", content(1.5, 7));
    const batches = await watch.sees("batch", 3);
    expect(batches[2]).toMatchObject({ files: 1, nodes: { inserted: 0, rejected: 0 } });
    expect((await nodeAt(database, "/GROWS/H1")).metadata).toMatchObject({ T: 1.5 });
    expect((await nodeAt(database, "/GROWS/H1/a")).structure).toMatchObject({ shape: [7] });
    expect((await nodeAt(database, "/GROWS/H2")).metadata).toMatchObject({ T: 2 });
    await aFewLooks();
    expect(await watch.stop()).toEqual({ batches: 3, files: 3, rejected: 0, waiting: 0 });
    expect(watch.events.map(({ event }) => event)).toEqual(["start", "batch", "batch", "batch", "stop"]);
    expect(watch.events.every(({ time }) => new Date(time).toISOString() === time)).toBe(true);
    expect((await verifyCatalog(database.database)).ok).toBe(true);
  });

  it("gets a file that is being written when it is closed, and takes the others meanwhile", async () => {
    const watch = start([folder.text("written/d.yaml", yaml("WRITTEN"))]);
    const writer = new HdfFile(folder.path("written/W.h5"), "w");
    writer.create_dataset({ name: "T", data: 4.5, shape: [], dtype: "<d" });
    writer.create_dataset({ name: "a", data: new Float64Array(3) });
    writer.flush();
    const whole = readFileSync(await folder.hdf5("written/cut.h5", content(5)));
    truncateSync(folder.path("written/cut.h5"), whole.length - 1);
    await folder.hdf5("written/H1.h5", content(1));
    const [batch] = await watch.sees("batch", 1);
    expect(batch).toMatchObject({ status: "completed", files: 1, waiting: 2 });
    const told = await watch.sees("waiting", 2);
    expect(Object.fromEntries(told.map(({ file, state }) => [file, state]))).toEqual({
      [folder.path("written/W.h5")]: "open",
      [folder.path("written/cut.h5")]: "truncated",
    });
    expect(watch.notices.join("\n")).toContain(`h5clear -s ${folder.path("written/W.h5")}`);
    await aFewLooks();
    expect(watch.of("waiting")).toHaveLength(2);
    expect(await entities("WRITTEN")).toEqual(["", "H1", "H1/a"]);
    writer.close();
    await watch.sees("batch", 2);
    folder.text("written/cut.h5", whole);
    await watch.sees("batch", 3);
    expect(await entities("WRITTEN")).toEqual(["", "H1", "H1/a", "W", "W/a", "cut", "cut/a"]);
    expect((await nodeAt(database, "/WRITTEN/W")).metadata).toMatchObject({ T: 4.5 });
    expect(await watch.stop()).toMatchObject({ waiting: 0, rejected: 0 });
  });

  it("is a folder without description as well, and several at once go in together", async () => {
    await folder.hdf5("raw/run1/x.h5", content(1));
    await folder.hdf5("two/H1.h5", content(1));
    const watch = start([folder.path("raw"), folder.text("two/d.yaml", yaml("TWO"))]);
    await watch.sees("batch", 1);
    await folder.hdf5("raw/run2/y.h5", content(1));
    await watch.sees("batch", 2);
    expect(watch.of("batch").map(({ files }) => files)).toEqual([2, 1]);
    expect(await entities("TWO")).toEqual(["", "H1", "H1/a"]);
    const raw = ["", "run1", "run1/x.h5", "run1/x.h5/T", "run1/x.h5/a", "run2", "run2/y.h5"];
    expect(await entities("raw")).toEqual([...raw, "run2/y.h5/T", "run2/y.h5/a"]);
  });
});

describe("rejects", () => {
  it("are tried again when their file changes, and not before; those of all batches stay in the named file", async () => {
    const rejectsFile = folder.path("rejects.ndjson");
    await folder.hdf5("rejects/H1.h5", content(1));
    await folder.hdf5("rejects/H2.h5", { children: { T: { data: 2 } } });
    const watch = start([folder.text("rejects/d.yaml", yaml("REJECTS"))], {
      ingest: { workers: 1, rejectsFile },
    });
    const [batch] = await watch.sees("batch", 1);
    expect(batch).toMatchObject({
      status: "completed_with_rejects",
      files: 2,
      nodes: { rejected: 1 },
      rejectsFile,
    });
    await aFewLooks();
    expect(watch.of("batch")).toHaveLength(1);
    await folder.hdf5("rejects/H3.h5", { children: { T: { data: 3 } } });
    await watch.sees("batch", 2);
    await folder.hdf5("rejects/H2.h5", content(2));
    const [, , last] = await watch.sees("batch", 3);
    expect(last).toMatchObject({ status: "completed", files: 1, rejectsFile: null });
    expect(await entities("REJECTS")).toEqual(["", "H1", "H1/a", "H2", "H2/a", "H3"]);
    const sources = (await readNdjson(rejectsFile)).map(({ source }) => source);
    expect(sources).toEqual([folder.path("rejects/H2.h5"), folder.path("rejects/H3.h5")]);
    expect(existsSync(`${rejectsFile}.part`)).toBe(false);
    expect(await watch.stop()).toMatchObject({ rejected: 2 });
  });
});

describe("a description that is edited", () => {
  it("holds for all files from then on; a wrong one changes nothing until it is mended", async () => {
    await folder.hdf5("edited/H1.h5", content(1));
    const path = folder.text("edited/d.yaml", yaml("EDITED"));
    const watch = start([path]);
    await watch.sees("batch", 1);
    folder.text("edited/d.yaml", yaml("EDITED", "artifacts: twice"));
    const [wrong] = await watch.sees("reload", 1);
    expect(wrong).toMatchObject({ input: path, error: { code: "INVALID_INPUT" } });
    await folder.hdf5("edited/H2.h5", content(2));
    await watch.sees("batch", 2);
    expect(await entities("EDITED")).toEqual(["", "H1", "H1/a", "H2", "H2/a"]);
    folder.text(
      "edited/d.yaml",
      yaml("EDITED", "extra_metadata: [{ dataset: /T }]\nmetadata: { owner: me }"),
    );
    const [, good] = await watch.sees("reload", 2);
    expect(good).not.toHaveProperty("error");
    const batches = await watch.sees("batch", 3);
    expect(batches[2]).toMatchObject({ status: "completed", files: 2 });
    expect((await nodeAt(database, "/EDITED")).metadata).toMatchObject({ owner: "me" });
  });
});

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
    await expect.poll(() => watch.of("batch").at(-1)?.files).toBe(2);
    await database.rows("delete from nodes where key = 'FAILS'");
    await database.rows("delete from copycat.file where dataset = 'FAILS'").catch(() => []);
    await expect.poll(() => watch.of("batch").at(-1)?.status, { timeout: 10_000 }).toBe("completed");
    expect(await entities("FAILS")).toEqual(["", "H1", "H1/a", "H2", "H2/a"]);
    expect(await watch.stop()).toMatchObject({ batches: 1, files: 2 });
  });

  it("to list a folder passes, too", async () => {
    await folder.hdf5("listing/sub/a.h5", content(1));
    const watch = start([folder.path("listing")]);
    await watch.sees("batch", 1);
    rmSync(folder.path("listing"), { recursive: true });
    expect((await watch.sees("retry", 2))[1]).toMatchObject({
      attempt: 2,
      error: { code: "UNREADABLE_SOURCE" },
    });
    await folder.hdf5("listing/sub/b.h5", content(2));
    await watch.sees("batch", 2);
    expect(await entities("listing")).toContain("sub/b.h5/T");
  });

  it.each<[string, string, string | undefined, string]>([
    ["no input", "", undefined, "UNREADABLE_SOURCE"],
    ["a wrong YAML", "wrong.yaml", undefined, "INVALID_INPUT"],
    ["no such database", "fails/d.yaml", "absent", "CONNECTION"],
  ])("at the start ends the watch: %s", async (_what, name, other, code) => {
    folder.text("wrong.yaml", "label: [");
    const dsn = other === undefined ? database.dsn : database.dsn.replace(/[^/]*$/, other);
    const watch = startWatch(dsn, [name === "" ? folder.path("absent") : folder.path(name)]);
    await expect(watch.ended).rejects.toMatchObject({ code });
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
        .poll(() => database.value<number>("select count(*)::int from pg_locks where not granted"), {
          timeout: 10_000,
        })
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
